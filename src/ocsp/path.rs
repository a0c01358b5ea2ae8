//! The path of a GET: the request in base64 (RFC 6960 §A.1), and back.

use base64ct::{Base64, Base64Unpadded, Base64UrlUnpadded, Encoding as _};

/// The request in `path`, which begins with `/`. Both alphabets of base64, padded or not, with `%`
/// escapes or without.
pub fn decode(path: &str) -> Option<Vec<u8>> {
    // A URI that ends with `/` gets another one; no request begins with what `/` means in base64.
    let text = percent_decoded(path.trim_start_matches('/'))?;
    let text = text.trim_end_matches('=');
    if text.is_empty() {
        return None;
    }
    if text.contains(['-', '_']) {
        return Base64UrlUnpadded::decode_vec(text).ok();
    }
    Base64Unpadded::decode_vec(text).ok()
}

/// The path, without the `/` in front, under which a GET asks for `request`: `/` and `+` as `%` escapes
/// (RFC 5019 §5), so that it is one segment.
pub fn encode(request: &[u8]) -> String {
    let mut path = String::new();
    for character in Base64::encode_string(request).chars() {
        match character {
            '/' => path.push_str("%2F"),
            '+' => path.push_str("%2B"),
            '=' => path.push_str("%3D"),
            other => path.push(other),
        }
    }
    path
}

/// The file below the folder of a static web server that a GET for `request` leads to: the server has
/// decoded the path, so `/` is one between folders, and a path that ends with it means `index.html`.
pub(super) fn file_of(request: &[u8]) -> String {
    let mut path = Base64::encode_string(request);
    if path.ends_with('/') {
        path.push_str("index.html");
    }
    path
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut out = parts.next()?.to_owned();
    for part in parts {
        let code = part.get(..2)?;
        // `from_str_radix` takes a sign.
        if !code.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        out.push(char::from(u8::from_str_radix(code, 16).ok()?));
        out.push_str(part.get(2..)?);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In base64 it has `+`, `/` and padding.
    const REQUEST: [u8; 10] = [0x30, 0, 0, 0xfb, 0xef, 0xbe, 0xff, 0xff, 0xff, 0xff];

    #[test]
    fn every_usual_way_to_write_the_path_is_read() {
        let standard = Base64::encode_string(&REQUEST);
        assert!(standard.contains('+') && standard.contains('/') && standard.ends_with("=="));
        for path in [
            format!("/{standard}"),
            format!("//{standard}"),
            format!("/{}", standard.trim_end_matches('=')),
            format!("/{}", encode(&REQUEST)),
            format!("/{}", Base64UrlUnpadded::encode_string(&REQUEST)),
            format!("/{}", standard.replace('+', "-").replace('/', "_")),
        ] {
            assert_eq!(decode(&path).as_deref(), Some(&REQUEST[..]), "{path}");
        }
        assert!(!encode(&REQUEST).contains(['/', '+', '=']));
    }

    #[test]
    fn what_is_no_base64_is_refused() {
        for path in ["/", "", "/====", "/MPv%", "/MPv%2", "/MPv%zz", "/MPv%+1", "/M*==", "/M\u{fc}"]
        {
            assert_eq!(decode(path), None, "{path}");
        }
    }
}
