; The Contoso ledger guest: a program that keeps a ledger of orders on its own disk and shows it on its console.
;
; It exists so that a replica can prove something: after a failover the same program, booted from the replicated disk,
; recovers its ledger, checks every record, and says how many orders it has. ledger.ts is its twin on the host's side
; and documents the formats; the two must change together.
;
; Disk:   sector 0       boot code and partition table (this file, first 512 bytes)
;         sector 1       configuration, written by the estate maker (see CONFIG_ below)
;         sector 2 ...   the rest of this file
;         the sector before CONFIG_LEDGER_LBA: the mark of the newest quiesce (see write_mark)
;         ledger         32-byte records, 16 a sector, from CONFIG_LEDGER_LBA on; zeros where no order is yet
;
; Record: magic 'ORDR' | sequence | year.w month.b day.b | hour.b minute.b second.b 0 | amount (cents) | boot number |
;         pickings | checksum. The checksum covers the seven dwords before it and starts from the checksum of the
;         record before (the ledger id for the first), so that a stale, swapped or missing block breaks the chain.
;
; An order is confirmed (counted, shown, sent on the serial port) only after the disk has said that it is written. A
; record never crosses a sector, so that a cut of power leaves either all of it or nothing.

        bits 16
        cpu 386
        org 0x7c00

SECTOR_BUFFER           equ 0x6000      ; the sector of the ledger that takes the next order
RING                    equ 0x6200      ; the last eight records, record n at slot (n - 1) & 7
MARK_BUFFER             equ 0x6800      ; the mark's sector
PACKET                  equ 0x6300      ; disk address packet of INT 13h
LINE                    equ 0x6400      ; text under construction
CHUNK_SEGMENT           equ 0x1000      ; ledger sectors while they are checked
CHUNK_SECTORS           equ 64
TAIL_SECTORS            equ 256         ; sectors after the last order that must be zero
TICKS_A_DAY             equ 0x1800b0    ; the BIOS counter starts again at midnight
RECORD_MAGIC            equ 'ORDR'
MARK_MAGIC              equ 'MARK'
PAUSE_TICKS_MAX         equ 182         ; ten seconds: whoever asked to quiesce and went away must not stop the shop
MIX_FACTOR              equ 0x9e3779b1
SERIAL                  equ 0x3f8

CONFIG                  equ 0x7e00
CONFIG_LEDGER_LBA       equ CONFIG + 12
CONFIG_CAPACITY         equ CONFIG + 16
CONFIG_TICKS            equ CONFIG + 20
CONFIG_LEDGER_ID        equ CONFIG + 24
CONFIG_HOST             equ CONFIG + 32
CONFIG_TITLE            equ CONFIG + 64
CONFIG_CHECKSUM         equ CONFIG + 508

        absolute 0x6500
drive:          resb 1
damaged:        resb 1                  ; 1: a record is wrong; 2: the disk cannot be read
paused:         resb 1
fault_shown:    resb 1
full_shown:     resb 1
disk_code:      resb 1
                alignb 4
count:          resd 1                  ; confirmed orders
chain:          resd 1                  ; checksum of the last record
found:          resd 1                  ; orders found at the start
boot_number:    resd 1
tail_left:      resd 1                  ; records still to be seen zero; 0 while orders are read
tail_seen:      resb 1
                alignb 4
sectors_left:   resd 1
chunk_lba:      resd 1
last_tick:      resd 1
up_ticks:       resd 1
paused_at:      resd 1                  ; up_ticks when it was quiesced
order_ticks:    resd 1
shown_second:   resd 1
started:        resb 8                  ; as in a record: year.w month day hour minute second 0

        section .text

; ---------------------------------------------------------------------------------------------------- boot sector
boot:
        jmp 0:.here
.here:  cli
        xor ax, ax
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov sp, 0x7c00
        sti
        cld
        mov [drive], dl
        mov bp, 5
.again: mov dword [PACKET], (IMAGE_SECTORS - 1) << 16 | 0x10
        mov dword [PACKET + 4], CONFIG
        mov dword [PACKET + 8], 1
        mov dword [PACKET + 12], 0
        mov si, PACKET
        mov ah, 0x42
        mov dl, [drive]
        int 0x13
        jnc start
        dec bp
        jnz .again
        mov si, .message
.print: lodsb
        test al, al
        jz .stop
        mov ah, 0x0e
        mov bx, 7
        int 0x10
        jmp .print
.stop:  cli
        hlt
        jmp .stop
.message: db 'The system disk cannot be read.', 0

        times 440 - ($ - $$) db 0
        db 'SSTE', 0, 0                 ; disk signature
        times 510 - ($ - $$) db 0       ; partition table: written by the installer
        dw 0xaa55
        times 1024 - ($ - $$) db 0      ; the configuration's place

; --------------------------------------------------------------------------------------------------------- start
start:
        mov di, drive + 1
        mov cx, started + 8 - (drive + 1)
        xor al, al
        rep stosb
        call serial_start
        mov ax, 0x0003                  ; 80 x 25 text
        int 0x10
        mov ah, 1
        mov cx, 0x2000                  ; no cursor
        int 0x10

        mov si, CONFIG
        mov cx, 127
        xor eax, eax
        call mix
        cmp eax, [CONFIG_CHECKSUM]
        jne .no_config
        cmp dword [CONFIG], 'SSGU'
        je .go
.no_config:
        call line_start
        mov si, text_no_config
        call put_text
        call line_to_serial
        mov bx, 0x0201
        call line_to_screen
        jmp sleep_forever

.go:    call draw_frame
        mov di, started
        call read_clock
        call recover
        mov eax, [count]
        mov [found], eax
        inc dword [boot_number]
        cmp byte [damaged], 0
        jne .found
        call load_sector
.found: call draw_verdict
        call draw_orders
        call announce
        call draw_state
        call take_ticks
        mov dword [order_ticks], 0

; ------------------------------------------------------------------------------------------------------ main loop
main_loop:
        sti
        hlt                             ; the timer wakes us 18 times a second; nothing is done in between
        call take_ticks
        call listen
        call draw_clock
        cmp byte [damaged], 0
        jne main_loop
        cmp byte [paused], 0
        jne .paused
        mov eax, [order_ticks]
        cmp eax, [CONFIG_TICKS]
        jb main_loop
        mov dword [order_ticks], 0
        call append
        jmp main_loop
.paused:
        mov eax, [up_ticks]
        sub eax, [paused_at]
        cmp eax, PAUSE_TICKS_MAX
        jb main_loop
        call resume
        jmp main_loop

sleep_forever:
        hlt
        jmp sleep_forever

; Adds the timer ticks since the last call to the counters, over midnight too.
take_ticks:
        mov eax, [0x46c]
        mov edx, eax
        sub eax, [last_tick]
        jnc .forward
        add eax, TICKS_A_DAY
.forward:
        mov [last_tick], edx
        cmp eax, TICKS_A_DAY / 24       ; the first call, or a clock that was set
        ja .done
        add [up_ticks], eax
        add [order_ticks], eax
.done:  ret

; Commands on the serial port: S stops taking orders, with everything confirmed and a mark on the disk; R goes on.
listen:
        mov dx, SERIAL + 5
        in al, dx
        test al, 1
        jz .done
        mov dx, SERIAL
        in al, dx
        cmp al, 'S'
        je .quiesce
        cmp al, 'R'
        jne listen
        call resume
        jmp listen
.quiesce:
        cmp byte [damaged], 0
        jne .refused
        call write_mark
        jc .refused
        mov byte [paused], 1
        mov eax, [up_ticks]
        mov [paused_at], eax
        mov si, text_quiesced
        call counted_line
        mov si, text_mark
        call put_text
        mov eax, [MARK_BUFFER + 4]
        call put_decimal
        call line_to_serial
        call draw_state
        jmp listen
.refused:
        mov si, text_quiesce_failed
        call counted_line
        call line_to_serial
        jmp listen
.done:  ret

resume: mov byte [paused], 0
        mov si, text_resumed
        call counted_line
        call line_to_serial
        jmp draw_state

; si = a text that ends in "orders="; the line stays open.
counted_line:
        call line_start
        call put_text
        mov eax, [count]
        jmp put_decimal

; The mark, in the sector before the ledger: magic | sequence | time, as in a record | orders | start number | chain |
; checksum from the ledger id. Orders are written one at a time, so that none is under way here. Carry: not written.
write_mark:
        mov cx, 0x4200
        call mark_sector
        jc .done
        cmp dword [MARK_BUFFER], MARK_MAGIC
        jne .first
        call mark_checksum
        cmp eax, [MARK_BUFFER + 28]
        je .known
.first: mov di, MARK_BUFFER
        mov cx, 128
        xor eax, eax
        rep stosd
        mov dword [MARK_BUFFER], MARK_MAGIC
.known: inc dword [MARK_BUFFER + 4]
        mov di, MARK_BUFFER + 8
        call read_clock
        mov eax, [count]
        mov [MARK_BUFFER + 16], eax
        mov eax, [boot_number]
        mov [MARK_BUFFER + 20], eax
        mov eax, [chain]
        mov [MARK_BUFFER + 24], eax
        call mark_checksum
        mov [MARK_BUFFER + 28], eax
        mov cx, 0x4300
        call mark_sector
.done:  ret

mark_checksum:
        mov si, MARK_BUFFER
        mov cx, 7
        mov eax, [CONFIG_LEDGER_ID]
        jmp mix

; cx = 4200h read or 4300h write. Carry: failed.
mark_sector:
        mov ebx, [CONFIG_LEDGER_LBA]
        dec ebx
        mov eax, 1
        mov edx, MARK_BUFFER
        jmp disk

; -------------------------------------------------------------------------------------------------------- recovery
; Reads the ledger from its start, checks every record against the chain, then checks that what follows is empty.
recover:
        mov eax, [CONFIG_LEDGER_ID]
        mov [chain], eax
        mov eax, [CONFIG_LEDGER_LBA]
        mov [chunk_lba], eax
        mov eax, [CONFIG_CAPACITY]
        shr eax, 4
        mov [sectors_left], eax
.chunk: mov eax, [sectors_left]
        test eax, eax
        jz .done
        cmp eax, CHUNK_SECTORS
        jbe .sized
        mov eax, CHUNK_SECTORS
.sized: push eax
        mov ebx, [chunk_lba]
        mov edx, CHUNK_SEGMENT << 16
        mov cx, 0x4200
        call disk
        pop eax
        jc .unreadable
        sub [sectors_left], eax
        add [chunk_lba], eax
        mov cx, ax
        shl cx, 4
        push ds
        mov ax, CHUNK_SEGMENT
        mov ds, ax
        xor si, si
.record:
        push cx
        call check_record
        pop cx
        jc .stop
        add si, 32
        loop .record
        pop ds
        jmp .chunk
.stop:  pop ds
.done:  ret
.unreadable:
        mov byte [damaged], 2
        ret

; One record at ds:si (es = 0). Carry: the scan is over.
check_record:
        cmp byte [es:tail_seen], 0
        jne .tail
        mov eax, [si]
        test eax, eax
        jz .first_empty
        cmp eax, RECORD_MAGIC
        jne .damage
        mov eax, [es:count]
        inc eax
        cmp eax, [si + 4]
        jne .damage
        push si
        mov cx, 7
        mov eax, [es:chain]
        call mix
        pop si
        cmp eax, [si + 28]
        jne .damage
        mov [es:chain], eax
        mov eax, [si + 20]
        mov [es:boot_number], eax
        mov di, [es:count]
        inc dword [es:count]
        and di, 7
        shl di, 5
        add di, RING
        push si
        mov cx, 8
        rep movsd
        pop si
        clc
        ret
.first_empty:
        mov byte [es:tail_seen], 1
        mov dword [es:tail_left], TAIL_SECTORS * 16
.tail:  mov eax, [si]
        or eax, [si + 4]
        or eax, [si + 8]
        or eax, [si + 12]
        or eax, [si + 16]
        or eax, [si + 20]
        or eax, [si + 24]
        or eax, [si + 28]
        jnz .damage
        sub dword [es:tail_left], 1
        jz .over
        clc
        ret
.damage:
        mov byte [es:damaged], 1
.over:  stc
        ret

; Checksum: eax = state, ds:si = dwords, cx = how many. Changes si, cx, ebx.
mix:
        rol eax, 5
        xor eax, [si]
        imul eax, eax, MIX_FACTOR
        add si, 4
        loop mix
        ret

; Fills SECTOR_BUFFER with the sector that takes the next order.
load_sector:
        mov eax, [count]
        cmp eax, [CONFIG_CAPACITY]
        jae .zero
        test al, 15
        jz .zero
        shr eax, 4
        add eax, [CONFIG_LEDGER_LBA]
        mov ebx, eax
        mov eax, 1
        mov edx, SECTOR_BUFFER
        mov cx, 0x4200
        call disk
        jnc .done
        mov byte [damaged], 2
        ret
.zero:  mov di, SECTOR_BUFFER
        mov cx, 128
        xor eax, eax
        rep stosd
.done:  ret

; ---------------------------------------------------------------------------------------------------------- orders
append:
        mov eax, [count]
        cmp eax, [CONFIG_CAPACITY]
        jb .room
        cmp byte [full_shown], 0
        jne .done
        mov byte [full_shown], 1
        call line_start
        mov si, text_serial_full
        call put_text
        mov eax, [count]
        call put_decimal
        call line_to_serial
        jmp draw_state
.room:  and ax, 15
        shl ax, 5
        add ax, SECTOR_BUFFER
        mov bp, ax                      ; the record
        mov dword [bp], RECORD_MAGIC
        mov eax, [count]
        inc eax
        mov [bp + 4], eax
        lea di, [bp + 8]
        call read_clock
        mov eax, [boot_number]
        mov [bp + 20], eax
        mov eax, [chain]                ; what was ordered: any number that differs from order to order
        rol eax, 7
        xor eax, [0x46c]
        mov [bp + 24], eax
        movzx eax, ax
        shr eax, 1
        add eax, 499
        mov [bp + 16], eax
        mov si, bp
        mov cx, 7
        mov eax, [chain]
        call mix
        mov [bp + 28], eax

        mov ebx, [count]
        shr ebx, 4
        add ebx, [CONFIG_LEDGER_LBA]
        mov eax, 1
        mov edx, SECTOR_BUFFER
        mov cx, 0x4300
        push bp
        call disk
        pop bp
        jc .failed

        mov eax, [bp + 28]
        mov [chain], eax
        mov di, [count]
        and di, 7
        shl di, 5
        add di, RING
        mov si, bp
        mov cx, 8
        rep movsd
        inc dword [count]
        test byte [count], 15
        jnz .same_sector
        call load_sector
.same_sector:
        call line_start
        mov si, text_order
        call put_text
        mov eax, [count]
        call put_decimal
        mov al, ' '
        call put_char
        call last_record
        add si, 8
        mov al, 'T'
        call put_time
        mov al, ' '
        call put_char
        call last_record
        mov eax, [si + 16]
        call put_decimal
        call line_to_serial
        mov byte [fault_shown], 0
        call draw_orders
        jmp draw_state

.failed:                                ; the slot is free again; the same number is tried at the next interval
        mov di, bp
        mov cx, 8
        xor eax, eax
        rep stosd
        mov byte [fault_shown], 1
        call line_start
        mov si, text_serial_fault
        call put_text
        mov al, [disk_code]
        call put_hex
        mov si, text_serial_fault_order
        call put_text
        mov eax, [count]
        inc eax
        call put_decimal
        call line_to_serial
        jmp draw_state
.done:  ret

; si = the newest record in the ring. There is one when count > 0.
last_record:
        mov si, [count]
        dec si
        and si, 7
        shl si, 5
        add si, RING
        ret

; INT 13h extensions: ax = sectors, ebx = LBA, edx = segment:offset, cx = 4200h read or 4300h write. Carry: failed,
; disk_code has the BIOS's code. Three attempts.
disk:
        mov [PACKET + 2], ax
        mov word [PACKET], 0x10
        mov [PACKET + 4], edx
        mov [PACKET + 8], ebx
        mov dword [PACKET + 12], 0
        mov bp, 3
        mov di, ax
.again: mov [PACKET + 2], di            ; the BIOS leaves the number of sectors done here
        mov ax, cx
        mov si, PACKET
        mov dl, [drive]
        push cx
        push di
        push bp
        int 0x13
        pop bp
        pop di
        pop cx
        jnc .done
        mov [disk_code], ah
        dec bp
        jnz .again
        stc
.done:  ret

; The real-time clock into di: year.w month day hour minute second 0. Reads twice, since the date may change in between.
read_clock:
        push bp
        mov bp, di
.again: mov ah, 4
        int 0x1a
        jc .again
        push cx
        push dx
        mov ah, 2
        int 0x1a
        jc .retry
        push cx
        push dx
        mov ah, 4
        int 0x1a
        mov si, dx
        pop dx
        pop cx
        pop bx                          ; month, day as first read
        cmp si, bx
        pop ax                          ; century, year as first read
        jne .again
        push ax
        mov al, ch
        call from_bcd
        mov [bp + 4], al
        mov al, cl
        call from_bcd
        mov [bp + 5], al
        mov al, dh
        call from_bcd
        mov [bp + 6], al
        mov byte [bp + 7], 0
        mov al, bh
        call from_bcd
        mov [bp + 2], al
        mov al, bl
        call from_bcd
        mov [bp + 3], al
        pop dx
        mov al, dh
        call from_bcd
        mov cl, 100
        mul cl
        mov cx, ax
        mov al, dl
        call from_bcd
        xor ah, ah
        add ax, cx
        mov [bp], ax
        pop bp
        ret
.retry: pop dx
        pop cx
        jmp .again

from_bcd:                               ; al; changes ah
        mov ah, al
        shr ah, 4
        and al, 15
        aad
        ret

; ------------------------------------------------------------------------------------------------------------ text
line_start:
        mov di, LINE
        ret
put_char:
        stosb
        ret
put_text:                               ; ds:si, zero-terminated
        lodsb
        test al, al
        jz .done
        stosb
        jmp put_text
.done:  ret
put_decimal:                            ; eax
        push ebx
        mov ebx, 10
        xor cx, cx
.digit: xor edx, edx
        div ebx
        push dx
        inc cx
        test eax, eax
        jnz .digit
.write: pop ax
        add al, '0'
        stosb
        loop .write
        pop ebx
        ret
put_two:                                ; al, two digits
        aam
        xchg al, ah
        add ax, '00'
        stosw
        ret
put_hex:                                ; al
        push ax
        shr al, 4
        call .digit
        pop ax
        and al, 15
.digit: cmp al, 10
        jb .low
        add al, 'A' - '0' - 10
.low:   add al, '0'
        stosb
        ret
put_time:                               ; si = clock as in a record, al = what stands between date and time
        push ax
        movzx eax, word [si]
        call put_decimal
        mov al, '-'
        stosb
        mov al, [si + 2]
        call put_two
        mov al, '-'
        stosb
        mov al, [si + 3]
        call put_two
        pop ax
        stosb
        mov al, [si + 4]
        call put_two
        mov al, ':'
        stosb
        mov al, [si + 5]
        call put_two
        mov al, ':'
        stosb
        mov al, [si + 6]
        jmp put_two
put_money:                              ; eax = cents
        xor edx, edx
        push ebx
        mov ebx, 100
        div ebx
        pop ebx
        push dx
        call put_decimal
        mov al, '.'
        stosb
        pop ax
        jmp put_two

; Sends the line with CR LF.
line_to_serial:
        push di
        mov si, LINE
.next:  cmp si, di
        jae .end
        lodsb
        call serial_send
        jmp .next
.end:   mov al, 13
        call serial_send
        mov al, 10
        call serial_send
        pop di
        ret
serial_send:                            ; al
        push ax
        mov dx, SERIAL + 5
        mov cx, 0xffff
.wait:  in al, dx
        test al, 0x20
        loopz .wait                     ; a port that never gets ready does not stop the orders
        pop ax
        mov dx, SERIAL
        out dx, al
        ret
serial_start:
        mov dx, SERIAL + 3
        mov al, 0x80
        out dx, al
        mov dx, SERIAL
        mov al, 1                       ; 115200 baud
        out dx, al
        inc dx
        xor al, al
        out dx, al
        mov dx, SERIAL + 3
        mov al, 3                       ; 8N1
        out dx, al
        mov dx, SERIAL + 2
        mov al, 7
        out dx, al
        mov dx, SERIAL + 1
        xor al, al                      ; no interrupts: the timer's are enough
        out dx, al
        ret

; The line onto the screen: bh = row, bl = column; filled with spaces up to column 77. Cells that do not change are not
; written, since each write costs the emulator a message.
line_to_screen:
        mov ah, 0x1f
line_to_screen_coloured:                ; ah = colour
        mov bp, di
        mov si, LINE
        push ax
        movzx ax, bh
        mov dl, 160
        mul dl
        mov di, ax
        movzx ax, bl
        shl ax, 1
        add di, ax
        pop ax
        mov cx, 78
        sub cl, bl
        push es
        push word 0xb800
        pop es
.cell:  mov al, ' '
        cmp si, bp
        jae .padded
        lodsb
.padded:
        cmp [es:di], ax
        je .same
        mov [es:di], ax
.same:  add di, 2
        loop .cell
        pop es
        mov di, bp
        ret

; ---------------------------------------------------------------------------------------------------------- screen
ROW_TITLE       equ 1
ROW_COUNT       equ 4
ROW_LAST        equ 5
ROW_VERDICT     equ 6
ROW_STARTED     equ 7
ROW_UP          equ 8
ROW_STATE       equ 9
ROW_RECENT      equ 13
VALUE           equ 22

draw_frame:
        push es
        push word 0xb800
        pop es
        xor di, di
        mov cx, 80 * 25
        mov ax, 0x1f20
        rep stosw
        mov si, frame_rows
        mov cx, 4
.rule:  push cx
        lodsw                           ; row * 160
        mov di, ax
        mov ah, 0x1b
        lodsb
        stosw
        mov al, 0xc4
        mov cx, 78
        rep stosw
        lodsb
        stosw
        pop cx
        loop .rule
        mov di, 160
        mov cx, 23
.side:  cmp byte [es:di], ' '
        jne .ruled
        mov ax, 0x1bb3
        mov [es:di], ax
        mov [es:di + 158], ax
.ruled: add di, 160
        loop .side
        pop es

        call line_start
        mov si, CONFIG_HOST
        call put_text
        mov si, text_dash
        call put_text
        mov si, CONFIG_TITLE
        call put_text
        mov bx, ROW_TITLE << 8 | 3
        mov ah, 0x1e
        call line_to_screen_coloured
        mov si, labels
.label: lodsb
        test al, al
        jz .checking
        mov bh, al
        mov bl, 3
        call line_start
        call put_text
        push si
        mov ah, 0x1b
        call line_to_screen_coloured
        pop si
        jmp .label
.checking:
        call line_start
        mov si, text_checking
        call put_text
        mov bx, ROW_VERDICT << 8 | VALUE
        jmp line_to_screen

draw_verdict:
        call line_start
        cmp byte [damaged], 1
        je .damaged
        cmp byte [damaged], 2
        je .unreadable
        mov si, text_ok
        call put_text
        mov eax, [found]
        call put_decimal
        mov si, text_ok_after
        call put_text
        jmp .show
.damaged:
        mov si, text_damaged
        call put_text
        mov eax, [count]
        inc eax
        call put_decimal
        jmp .show
.unreadable:
        mov si, text_unreadable
        call put_text
        mov al, [disk_code]
        call put_hex
.show:  mov bx, ROW_VERDICT << 8 | VALUE
        call line_to_screen
        call line_start
        mov si, started
        mov al, ' '
        call put_time
        mov si, text_start_number
        call put_text
        mov eax, [boot_number]
        call put_decimal
        mov bx, ROW_STARTED << 8 | VALUE
        jmp line_to_screen

draw_orders:
        call line_start
        mov eax, [count]
        call put_decimal
        mov bx, ROW_COUNT << 8 | VALUE
        mov ah, 0x1e
        call line_to_screen_coloured
        call line_start
        mov si, text_none
        cmp dword [count], 0
        je .none
        call last_record
        add si, 8
        mov al, ' '
        call put_time
        mov si, text_utc
.none:  call put_text
        mov bx, ROW_LAST << 8 | VALUE
        call line_to_screen

        mov ecx, [count]                ; the newest eight, newest first
        mov bh, ROW_RECENT
.recent:
        jecxz .done
        cmp bh, ROW_RECENT + 8
        jae .done
        push ecx
        push bx
        call line_start
        mov al, '#'
        call put_char
        mov eax, ecx
        push cx
        call put_decimal
        pop cx
.pad:   cmp di, LINE + 12
        jae .padded
        mov al, ' '
        call put_char
        jmp .pad
.padded:
        mov si, cx
        dec si
        and si, 7
        shl si, 5
        add si, RING + 8
        mov al, ' '
        push si
        call put_time
        pop si
        mov al, ' '
        call put_char
        call put_char
        call put_char
        mov eax, [si + 8]
        call put_money
        pop bx
        push bx
        mov bl, 5
        call line_to_screen
        pop bx
        pop ecx
        dec ecx
        inc bh
        jmp .recent
.done:  ret

; Uptime, once a second.
draw_clock:
        mov eax, [up_ticks]             ; 18.2 ticks a second: seconds = ticks * 5 / 91
        mov edx, 5
        mul edx
        mov ebx, 91
        div ebx
        cmp eax, [shown_second]
        je .done
        mov [shown_second], eax
        call line_start
        xor edx, edx
        mov ebx, 3600
        div ebx
        push dx
        call put_decimal
        pop ax
        push ax
        mov al, ':'
        stosb
        pop ax
        mov cl, 60
        div cl
        push ax
        call put_two
        mov al, ':'
        stosb
        pop ax
        mov al, ah
        call put_two
        mov bx, ROW_UP << 8 | VALUE
        jmp line_to_screen
.done:  ret

draw_state:
        call line_start
        mov ah, 0x1a
        mov si, text_taking
        cmp byte [paused], 0
        je .not_paused
        mov si, text_paused
.not_paused:
        cmp byte [full_shown], 0
        je .not_full
        mov ah, 0x1c
        mov si, text_full
.not_full:
        cmp byte [fault_shown], 0
        je .no_fault
        mov ah, 0x1c
        mov si, text_fault
.no_fault:
        cmp byte [damaged], 0
        je .show
        mov ah, 0x1c
        mov si, text_stopped
.show:  push ax
        call put_text
        pop ax
        mov bx, ROW_STATE << 8 | VALUE
        jmp line_to_screen_coloured

; The line that tells the host what was found at the start.
announce:
        call line_start
        mov si, text_guest
        call put_text
        mov si, CONFIG_HOST
        call put_text
        mov si, text_boot
        call put_text
        mov eax, [boot_number]
        call put_decimal
        mov si, text_ledger_ok
        cmp byte [damaged], 0
        je .verdict
        mov si, text_ledger_unreadable
        cmp byte [damaged], 2
        je .verdict
        mov si, text_ledger_damaged
        call put_text
        mov eax, [count]
        inc eax
        call put_decimal
        jmp .orders
.verdict:
        call put_text
.orders:
        mov si, text_orders
        call put_text
        mov eax, [count]
        call put_decimal
        mov si, text_last
        call put_text
        cmp dword [count], 0
        je .no_last
        call last_record
        add si, 8
        mov al, 'T'
        call put_time
        jmp line_to_serial
.no_last:
        mov si, text_last_none
        call put_text
        jmp line_to_serial

frame_rows:
        dw 0
        db 0xda, 0xbf
        dw 2 * 160
        db 0xc3, 0xb4
        dw 11 * 160
        db 0xc3, 0xb4
        dw 24 * 160
        db 0xc0, 0xd9

labels: db ROW_COUNT, 'Orders', 0
        db ROW_LAST, 'Last order', 0
        db ROW_VERDICT, 'Ledger check', 0
        db ROW_STARTED, 'Started', 0
        db ROW_UP, 'Up for', 0
        db ROW_STATE, 'State', 0
        db ROW_RECENT - 1, 'Newest orders', 0
        db 0

text_dash:              db '  ', 0xc4, '  ', 0
text_checking:          db 'reading the ledger ...', 0
text_ok:                db 'OK, ', 0
text_ok_after:          db ' orders verified at start', 0
text_damaged:           db 'DAMAGED at order ', 0
text_unreadable:        db 'UNREADABLE, disk error ', 0
text_start_number:      db ' UTC, start number ', 0
text_utc:               db ' UTC', 0
text_none:              db 'none yet', 0
text_taking:            db 'taking orders', 0
text_paused:            db 'paused: everything confirmed is on the disk', 0
text_full:              db 'LEDGER FULL: no more orders are taken', 0
text_fault:             db 'DISK WRITE ERROR: trying again', 0
text_stopped:           db 'stopped: no orders are taken on a damaged ledger', 0
text_no_config:         db 'SECONDSITE-GUEST config=damaged', 0
text_guest:             db 'SECONDSITE-GUEST host=', 0
text_boot:              db ' boot=', 0
text_ledger_ok:         db ' ledger=ok', 0
text_ledger_unreadable: db ' ledger=unreadable', 0
text_ledger_damaged:    db ' ledger=damaged at=', 0
text_orders:            db ' orders=', 0
text_last:              db ' last=', 0
text_last_none:         db 'none', 0
text_order:             db 'ORDER ', 0
text_serial_full:       db 'LEDGER-FULL orders=', 0
text_serial_fault:      db 'DISK-ERROR code=', 0
text_serial_fault_order: db ' order=', 0
text_quiesced:          db 'QUIESCED orders=', 0
text_quiesce_failed:    db 'QUIESCE-FAILED orders=', 0
text_mark:              db ' mark=', 0
text_resumed:           db 'RESUMED orders=', 0

        times (512 - (($ - $$) & 511)) & 511 db 0
IMAGE_SECTORS   equ ($ - $$) / 512
