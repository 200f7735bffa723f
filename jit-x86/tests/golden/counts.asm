   0  mov rbx, [rsp]
; v4 = ld_p [v0 + 24] !3
   4  mov rax, [rbx+0x18]
   8  mov rbp, [rsp+8]
; rc_inc v1
   d  mov r11d, [rbp]
  11  add r11d, 1
  15  je short 0x1001b
  17  mov [rbp], r11d
; st_64 [v0 + 24], v1 !3
  1b  mov [rbx+0x18], rbp
; rc_dec v4, dealloc()
  1f  cmp dword ptr [rax], 0
  22  jl short 0x1002e
  24  sub qword ptr [rax], 1
  28  je 0x1005f
  2e  mov rdi, [rsp+0x10]
  33  movsd xmm0, [rsp+0x18]
; v8 = call_i helper(v2, v3)
  39  mov r11, 0x7f0000001000
  43  call r11
; guard_ne v8, 0 -> [v0, v1, v2]
  46  test rax, rax
  49  je 0x10074
; v10 = add v8, v2
  4f  add rax, [rsp+0x10]
; exit -> [v10, v3, v0]
  54  mov r11d, 1
  5a  jmp 0x8000
; cold: rc_dec v4, dealloc()
  5f  mov rdi, rax
  62  mov r11, 0x7f0000001000
  6c  call r11
  6f  jmp 0x1002e
; exit 0
  74  mov r11d, 0
  7a  jmp 0x8000
