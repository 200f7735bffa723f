   0  ldr x19, [sp]
; v4 = ld_p [v0 + 24] !3
   4  ldr x0, [x19, #0x18]
   8  ldr x20, [sp, #0x8]
; rc_inc v1
   c  ldr w16, [x20]
  10  adds w16, w16, #0x1
  14  b.eq $+0x8
  18  str w16, [x20]
; st_64 [v0 + 24], v1 !3
  1c  str x20, [x19, #0x18]
; rc_dec v4, dealloc()
  20  ldr x16, [x0]
  24  tbnz w16, #0x1f, $+0x10
  28  subs x16, x16, #0x1
  2c  str x16, [x0]
  30  b.eq $+0x2c
  34  ldr x0, [sp, #0x10]
  38  ldr d0, [sp, #0x18]
; v8 = call_i helper(v2, v3)
  3c  mov x16, #0x1000
  40  movk x16, #0x7f00, lsl #32
  44  blr x16
; guard_ne v8, 0 -> [v0, v1, v2]
  48  cbz x0, $+0x24
  4c  ldr x1, [sp, #0x10]
; v10 = add v8, v2
  50  add x0, x0, x1
; exit -> [v10, v3, v0]
  54  mov x17, #0x1
  58  b $-0x8058
; cold: rc_dec v4, dealloc()
  5c  mov x16, #0x1000
  60  movk x16, #0x7f00, lsl #32
  64  blr x16
  68  b $-0x34
; exit 0
  6c  mov x17, #0x0
  70  b $-0x8070
