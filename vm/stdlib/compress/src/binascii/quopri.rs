//! Quoted-printable text.

/// The longest line, its end not counted.
const MAX_LINE: usize = 76;

/// What is quoted.
#[derive(Clone, Copy)]
pub struct Style {
    /// Every space and tab.
    pub tabs: bool,
    /// Line ends stay as they are.
    pub text: bool,
    /// A header's text: a space is an underscore.
    pub header: bool,
}

impl Style {
    /// Whether the byte at `index` is written in hexadecimal.
    fn quotes(self, data: &[u8], index: usize, at_line_start: bool) -> bool {
        let next = data.get(index + 1);
        match data[index] {
            127.. | b'=' => true,
            b'_' => self.header,
            // A lone dot ends a mail for some servers.
            b'.' => at_line_start && matches!(next, None | Some(b'\n' | b'\r' | 0)),
            b'\r' | b'\n' => !self.text,
            b'\t' | b' ' => self.tabs || next.is_none(),
            byte => byte < b' ',
        }
    }
}

struct Writer {
    out: Vec<u8>,
    line_end: &'static [u8],
    line: usize,
}

impl Writer {
    fn end_line(&mut self) {
        self.out.extend_from_slice(self.line_end);
        self.line = 0;
    }

    fn soft_break(&mut self) {
        self.out.push(b'=');
        self.end_line();
    }

    fn quote(&mut self, byte: u8) {
        let digit = |value: u8| b"0123456789ABCDEF"[usize::from(value)];
        self.out.extend([b'=', digit(byte >> 4), digit(byte & 15)]);
    }
}

/// `data` quoted. All line ends become as the first one.
pub fn encode(data: &[u8], style: Style) -> Vec<u8> {
    let first_end = data.iter().position(|&byte| byte == b'\n');
    let crlf = first_end.is_some_and(|at| at > 0 && data[at - 1] == b'\r');
    let line_end: &[u8] = if crlf { b"\r\n" } else { b"\n" };
    let mut writer = Writer { out: Vec::with_capacity(data.len() + data.len() / 8), line_end, line: 0 };
    let mut index = 0;
    while let Some(&byte) = data.get(index) {
        let next = data.get(index + 1).copied();
        if style.quotes(data, index, writer.line == 0) {
            if writer.line + 3 >= MAX_LINE {
                writer.soft_break();
            }
            writer.quote(byte);
            writer.line += 3;
            index += 1;
        } else if style.text && (byte == b'\n' || byte == b'\r' && next == Some(b'\n')) {
            // White space before the end of a line would get lost.
            if let Some(&last @ (b' ' | b'\t')) = writer.out.last() {
                writer.out.pop();
                writer.quote(last);
            }
            writer.end_line();
            index += if byte == b'\r' { 2 } else { 1 };
        } else {
            if writer.line + 1 >= MAX_LINE && next.is_some_and(|next| next != b'\n') {
                writer.soft_break();
            }
            writer.out.push(if style.header && byte == b' ' { b'_' } else { byte });
            writer.line += 1;
            index += 1;
        }
    }
    writer.out
}

/// The bytes of quoted text; what is no proper quotation stays as it is.
pub fn decode(text: &[u8], header: bool) -> Vec<u8> {
    let mut data = Vec::with_capacity(text.len());
    let mut rest = text;
    let digit = |char: u8| char::from(char).to_digit(16);
    while let [char, after @ ..] = rest {
        rest = after;
        match (char, after) {
            (b'=', []) => {}
            // A soft line break; from a carriage return on, the line is dropped.
            (b'=', [b'\n', after @ ..]) => rest = after,
            (b'=', [b'\r', ..]) => {
                let end = after.iter().position(|&char| char == b'\n');
                rest = end.map_or(&[], |end| &after[end + 1..]);
            }
            (b'=', [b'=', after @ ..]) => {
                data.push(b'=');
                rest = after;
            }
            (b'=', [high, low, after @ ..]) => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => {
                    data.push((high << 4 | low) as u8);
                    rest = after;
                }
                _ => data.push(b'='),
            },
            (b'_', _) if header => data.push(b' '),
            _ => data.push(*char),
        }
    }
    data
}
