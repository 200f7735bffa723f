   0  mov x0, #0x0
   4  mov x4, #0x4240
   8  movk x4, #0xf, lsl #16
   c  mov x3, #0x5678
  10  movk x3, #0x1234, lsl #16
  14  movk x3, #0x7f00, lsl #32
  18  ldr x1, [sp]
  1c  mov x2, #0x0
; loop:
; v5 = ld_i64 [v3 + 16] !1
  20  ldr x5, [x1, #0x10]
; guard_lt v1, v5 -> [v1, v2, v3]
  24  cmp x0, x5
  28  b.ge $+0x48
; v7 = ld_p [v3 + 24] !2
  2c  ldr x5, [x1, #0x18]
; v8 = ldx_p [v7 + v1*8 + 0] !3
  30  ldr x5, [x5, x0, lsl #3]
; v9 = ld_p [v8 + 8] !4
  34  ldr x6, [x5, #0x8]
; guard_eq v9, 0x7f0012345678 -> [v1, v2, v3]
  38  cmp x6, x3
  3c  b.ne $+0x3c
; v11 = ld_i64 [v8 + 16] !const
  40  ldr x6, [x5, #0x10]
; guard_eq v11, 8 -> [v1, v2, v3]
  44  cmp x6, #0x8
  48  b.ne $+0x38
; v13 = ld_u32 [v8 + 24] !const
  4c  ldr w5, [x5, #0x18]
; v14 = addov v2, v13 -> [v1, v2, v3]
  50  adds x5, x2, x5
  54  b.vs $+0x34
; v15 = add v1, 1
  58  add x0, x0, #0x1
  5c  mov x2, x5
; guard_le v15, 1000000 -> [v15, v14, v3]
  60  cmp x0, x4
  64  b.le $-0x44
; exit
  68  mov x17, #0x4
  6c  b $-0x806c
; exit 0
  70  mov x17, #0x0
  74  b $-0x8074
; exit 1
  78  mov x17, #0x1
  7c  b $-0x807c
; exit 2
  80  mov x17, #0x2
  84  b $-0x8084
; exit 3
  88  mov x17, #0x3
  8c  b $-0x808c
