   0  mov x0, #0x0
   4  fmov d1, #1.0
   8  ldr x3, [sp, #0x10]
   c  ldr x1, [sp, #0x8]
  10  ldr x2, [sp]
  14  fmov d0, xzr
  18  nop
  1c  nop
; loop:
; v6 = addov v1, v3 -> [v1, v3, v4]
  20  adds x4, x1, x0
  24  b.vs $+0x5c
; v7 = addov v6, 1 -> [v1, v3, v4]
  28  adds x5, x4, #0x1
  2c  b.vs $+0x5c
; v8 = mulov v6, v7 -> [v1, v3, v4]
  30  smulh x17, x4, x5
  34  mul x4, x4, x5
  38  cmp x17, x4, asr #63
  3c  b.ne $+0x54
; v9 = sar v8, 1
  40  asr x4, x4, #0x1
; v10 = addov v9, v1 -> [v1, v3, v4]
  44  adds x4, x4, x1
  48  b.vs $+0x50
; v11 = addov v10, 1 -> [v1, v3, v4]
  4c  adds x4, x4, #0x1
  50  b.vs $+0x50
; v12 = i2f v11
  54  scvtf d2, x4
; v13 = fdiv 1.0, v12
  58  fdiv d2, d1, d2
; v14 = ldx_f64 [v0 + v3*8 + 16] !2
  5c  add x16, x2, x0, lsl #3
  60  ldr d3, [x16, #0x10]
; v15 = fmul v13, v14
  64  fmul d2, d2, d3
; v16 = fadd v4, v15
  68  fadd d0, d0, d2
; v17 = add v3, 1
  6c  add x0, x0, #0x1
; guard_lt v17, v2 -> [v1, v17, v16]
  70  cmp x0, x3
  74  b.lt $-0x54
; exit
  78  mov x17, #0x5
  7c  b $-0x807c
; exit 0
  80  mov x17, #0x0
  84  b $-0x8084
; exit 1
  88  mov x17, #0x1
  8c  b $-0x808c
; exit 2
  90  mov x17, #0x2
  94  b $-0x8094
; exit 3
  98  mov x17, #0x3
  9c  b $-0x809c
; exit 4
  a0  mov x17, #0x4
  a4  b $-0x80a4
