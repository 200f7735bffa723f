   0  xor eax, eax
   2  mov r8, [rsp+0x10]
   7  mov rsi, [rsp+8]
   c  mov rdi, [rsp]
  10  xorps xmm0, xmm0
  13  nop [rax+rax]
  1b  nop [rax+rax]
; loop:
  20  mov r9, rsi
; v6 = addov v1, v3 -> [v1, v3, v4]
  23  add r9, rax
  26  jo 0x10094
  2c  mov r10, r9
; v7 = addov v6, 1 -> [v1, v3, v4]
  2f  add r10, 1
  33  jo 0x1009f
; v8 = mulov v6, v7 -> [v1, v3, v4]
  39  imul r9, r10
  3d  jo 0x100aa
; v9 = sar v8, 1
  43  sar r9, 1
; v10 = addov v9, v1 -> [v1, v3, v4]
  47  add r9, rsi
  4a  jo 0x100b5
; v11 = addov v10, 1 -> [v1, v3, v4]
  50  add r9, 1
  54  jo 0x100c0
; v12 = i2f v11
  5a  xorps xmm1, xmm1
  5d  cvtsi2sd xmm1, r9
  62  movsd xmm2, [0x100d0]
; v13 = fdiv 1.0, v12
  6a  divsd xmm2, xmm1
; v14 = ldx_f64 [v0 + v3*8 + 16] !2
  6e  movsd xmm1, [rdi+rax*8+0x10]
; v15 = fmul v13, v14
  74  mulsd xmm2, xmm1
; v16 = fadd v4, v15
  78  addsd xmm0, xmm2
; v17 = add v3, 1
  7c  add rax, 1
; guard_lt v17, v2 -> [v1, v17, v16]
  80  cmp rax, r8
  83  jl 0x10020
; exit
  89  mov r11d, 5
  8f  jmp 0x8000
; exit 0
  94  mov r11d, 0
  9a  jmp 0x8000
; exit 1
  9f  mov r11d, 1
  a5  jmp 0x8000
; exit 2
  aa  mov r11d, 2
  b0  jmp 0x8000
; exit 3
  b5  mov r11d, 3
  bb  jmp 0x8000
; exit 4
  c0  mov r11d, 4
  c6  jmp 0x8000
