   0  xor eax, eax
   2  mov r8, 0x7f0012345678
   c  mov rsi, [rsp]
  10  xor edi, edi
  12  nop [rax+rax]
  1a  nop [rax+rax]
; loop:
; v5 = ld_i64 [v3 + 16] !1
  20  mov r9, [rsi+0x10]
; guard_lt v1, v5 -> [v1, v2, v3]
  24  cmp rax, r9
  27  jge 0x1007c
; v7 = ld_p [v3 + 24] !2
  2d  mov r9, [rsi+0x18]
; v8 = ldx_p [v7 + v1*8 + 0] !3
  31  mov r9, [r9+rax*8]
; v9 = ld_p [v8 + 8] !4
  35  mov r10, [r9+8]
; guard_eq v9, 0x7f0012345678 -> [v1, v2, v3]
  39  cmp r10, r8
  3c  jne 0x10087
; v11 = ld_i64 [v8 + 16] !const
  42  mov r10, [r9+0x10]
; guard_eq v11, 8 -> [v1, v2, v3]
  46  cmp r10, 8
  4a  jne 0x10092
; v13 = ld_u32 [v8 + 24] !const
  50  mov r9d, [r9+0x18]
; v14 = addov v2, v13 -> [v1, v2, v3]
  54  add r9, rdi
  57  jo 0x1009d
; v15 = add v1, 1
  5d  add rax, 1
  61  mov rdi, r9
; guard_le v15, 1000000 -> [v15, v14, v3]
  64  cmp rax, 0xf4240
  6b  jle 0x10020
; exit
  71  mov r11d, 4
  77  jmp 0x8000
; exit 0
  7c  mov r11d, 0
  82  jmp 0x8000
; exit 1
  87  mov r11d, 1
  8d  jmp 0x8000
; exit 2
  92  mov r11d, 2
  98  jmp 0x8000
; exit 3
  9d  mov r11d, 3
  a3  jmp 0x8000
