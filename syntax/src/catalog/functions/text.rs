//! Text: parts of it, its formats, what addresses and hashes say.

use super::Arg::*;
use super::Returns::Is;
use crate::Type;

use super::{BOOL, FunctionRow, LONG, Param, TEXT};

const UNITS: &[&str] = &["Bytes", "KB", "MB", "GB", "TB", "PB", "EB"];

#[rustfmt::skip]
pub(super) const PARTS: &[FunctionRow] = table! {
    fun Strcat ["strcat"], (value: Text) rest => TEXT, "The values as text, one after the other.", "strcat(service.name, \"@\", service.version)";
    fun StrcatDelim ["strcat_delim"], (delimiter: String, value: Text) rest => TEXT, "The values as text, with the delimiter between.", "strcat_delim(\"/\", cloud.region, service.name)";
    fun Strlen ["strlen"], (text: String) => LONG, "Characters in the text.", "strlen(body)";
    fun ToLower ["tolower"], (text: String) => TEXT, "The text in lower case.", "tolower(name)";
    fun ToUpper ["toupper"], (text: String) => TEXT, "The text in upper case.", "toupper(http.request.method)";
    fun Substring ["substring"], (text: String, start: Long, #[optional] length: Long) => TEXT, "The part from the start (0 is the first character), so many characters long.", "substring(trace.id, 0, 8)";
    fun Split ["split"], (text: String, delimiter: String, #[optional] index: Long) => Is(Type::Dynamic), "The parts between the delimiters, as an array.", "split(url.path, \"/\")[1]";
    fun IndexOf ["indexof"], (text: String, part: String, #[optional] start: Long, #[optional] length: Long, #[optional] occurrence: Long) => LONG, "Where the part begins, from 0; -1 where it is not. Looks from the start on, no further than so many characters (-1 to the end), for the first or another occurrence.", "indexof(body, \"took\")";
    fun CountOf ["countof"], (text: String, part: String, #[optional] kind: OneOf(&["normal", "regex"])) => LONG, "How often the part occurs.", "countof(url.path, \"/\")";
    fun ReplaceString ["replace_string", "replace"], (text: String, part: String, by: String) => TEXT, "Every occurrence replaced.", "replace_string(http.route, \"/api\", \"\")";
    fun ReplaceRegex ["replace_regex"], (text: String, pattern: Pattern, by: Fixed(r"<\1>")) => TEXT, "Every match replaced; `\\1` is the first group.", "replace_regex(url.path, @\"\\d+\", \"N\")";
    fun Extract ["extract"], (pattern: Pattern, group: Long, text: String) => TEXT, "What a group of the regular expression matched; 0 is the whole match. With `typeof(long)` as a fourth argument it is converted; null where it cannot be.", "extract(@\"order (\\d+)\", 1, body)";
    fun Trim ["trim"], (pattern: Pattern, text: String) => TEXT, "Without what matches the pattern at both ends.", "trim(\"-+\", \"--x--\")";
    fun TrimStart ["trim_start"], (pattern: Pattern, text: String) => TEXT, "Without what matches the pattern at the start.", "trim_start(\"/\", url.path)";
    fun TrimEnd ["trim_end"], (pattern: Pattern, text: String) => TEXT, "Without what matches the pattern at the end.", "trim_end(\"/checkout\", url.path)";
    fun Reverse ["reverse"], (text: String) => TEXT, "The characters in reverse order.", "reverse(host.name)";
    fun StrRep ["strrep"], (text: Text, count: Long, #[optional] delimiter: String) => TEXT, "The text so many times.", "strrep(\"=\", 10)";
    fun IndexOfRegex ["indexof_regex"], (text: String, pattern: Pattern, #[optional] start: Long, #[optional] length: Long, #[optional] occurrence: Long) => LONG, "Where the first match of the regular expression begins, from 0; -1 where nothing matches. Looks from the start on, no further than so many characters (-1 to the end), for the first or another match.", "indexof_regex(body, @\"\\d\")";
    fun ExtractAll ["extract_all"], (pattern: Pattern, text: String, #[optional] last: String) => Is(Type::Dynamic), "What the group of the regular expression matched, each time, as an array; of several groups an array each time, of none the whole match. `extract_all(pattern, dynamic([1, \"name\"]), text)` takes these groups alone, by number or name.", "extract_all(@\"(\\d+)\", body)";
    fun RegexQuote ["regex_quote"], (text: String) => TEXT, "The text as a regular expression that matches just it.", "regex_quote(\"a.b\")";
    fun ReplaceStrings ["replace_strings"], (text: String, parts: Dynamic, by: Dynamic) => TEXT, "Each text of the first array replaced by its partner in the second. What one has replaced no later one does.", "replace_strings(body, dynamic([\"order\", \"ms\"]), dynamic([\"#\", \"milliseconds\"]))";
    fun Translate ["translate"], (letters: String, by: String, text: String) => TEXT, "Each character of the first text replaced by its partner in the second; where the second is shorter, by its last one, and where it is empty, left out.", "translate(\"/{}\", \"_\", http.route)";
    fun StrcatArray ["strcat_array"], (array: Dynamic, delimiter: String) => TEXT, "The array's elements as text, with the delimiter between.", "strcat_array(split(url.path, \"/\"), \" > \")";
    fun Strcmp ["strcmp"], (left: String, right: String) => LONG, "-1, 0 or 1: which of the two comes first by its bytes.", "strcmp(service.version, \"1.5\")";
    fun StringSize ["string_size"], (text: String) => LONG, "Bytes of the text in UTF-8.", "string_size(body)";
    fun IsAscii ["isascii"], (text: String) => BOOL, "Has no character beyond ASCII.", "isascii(name)";
    fun IsEmpty ["isempty"], (value: Any) => BOOL, "Null or the empty text.", "isempty(customer.id)";
    fun IsNotEmpty ["isnotempty", "notempty"], (value: Any) => BOOL, "Neither null nor the empty text.", "isnotempty(error.type)";
};

#[rustfmt::skip]
pub(super) const FORMATS: &[FunctionRow] = table! {
    fun ParseUrl ["parse_url"], (url: String) => Is(Type::Dynamic), "Its parts: Scheme, Host, Port, Path, Username, Password, `Query Parameters`, Fragment.", "parse_url(url.full).Host";
    fun ParseUrlQuery ["parse_urlquery"], (query: String) => Is(Type::Dynamic), "A bag with `Query Parameters`, a bag of them, decoded.", "parse_urlquery(url.query)[\"Query Parameters\"].step";
    fun ParsePath ["parse_path"], (path: String) => Is(Type::Dynamic), "A file's path in parts: Scheme, RootPath, DirectoryPath, DirectoryName, Filename, Extension, AlternateDataStreamName.", "parse_path(\"/var/log/app.log\").Filename";
    fun ParseCsv ["parse_csv"], (text: String) => Is(Type::Dynamic), "The fields of the first record of comma-separated values, as an array.", "parse_csv(\"a,\\\"b, c\\\",d\")[1]";
    fun UrlEncode ["url_encode"], (text: String) => TEXT, "As a part of an address; a space is `+`.", "url_encode(\"a b&c\")";
    fun UrlEncodeComponent ["url_encode_component"], (text: String) => TEXT, "As a part of an address; a space is `%20`.", "url_encode_component(\"a b&c\")";
    fun UrlDecode ["url_decode"], (text: String) => TEXT, "The text that such a part stands for.", "url_decode(\"a+b%26c\")";
    fun Base64Encode ["base64_encode_tostring"], (text: String) => TEXT, "The text's bytes in base64.", "base64_encode_tostring(customer.id)";
    fun Base64Decode ["base64_decode_tostring"], (text: String) => TEXT, "The text that stands there in base64; null where it is none.", "base64_decode_tostring(\"Yy0xMDQy\")";
    fun Base64DecodeArray ["base64_decode_toarray"], (text: String) => Is(Type::Dynamic), "The bytes that stand there in base64, as an array; null where it is none.", "base64_decode_toarray(\"AQL/\")";
    fun ToHex ["tohex"], (value: Long, #[optional] digits: Long) => TEXT, "In base 16, with at least so many digits; a negative number has all 16. Kusto's `int` has 8: here all are long.", "tohex(255, 4)";
    fun FormatBytes ["format_bytes"], (size: Number, #[optional] digits: Long, #[optional] unit: OneOf(UNITS)) => TEXT, "A size in Bytes, KB, MB … (1,024 of one are the next), with so many digits after the point.", "format_bytes(20010332, 2)";
    fun CodepointsFrom ["unicode_codepoints_from_string"], (text: String) => Is(Type::Dynamic), "The characters' numbers in Unicode, as an array.", "unicode_codepoints_from_string(\"é!\")";
    fun CodepointsTo ["unicode_codepoints_to_string", "make_string"], (codepoints: Any) rest => TEXT, "The text of these numbers, or arrays of numbers; null where one is no character.", "unicode_codepoints_to_string(233, 33)";
};

#[rustfmt::skip]
pub(super) const ADDRESSES: &[FunctionRow] = table! {
    fun ParseIpv4 ["parse_ipv4"], (address: String) => LONG, "The address as a number; with a suffix such as `/24` its network. Null where it is none.", "parse_ipv4(client.address)";
    fun ParseIpv4Mask ["parse_ipv4_mask"], (address: String, prefix: Long) => LONG, "The address' network of so many bits, as a number.", "parse_ipv4_mask(client.address, 24)";
    fun FormatIpv4 ["format_ipv4"], (address: Any, #[optional] prefix: Long) => TEXT, "A number or text as an address, or its network of so many bits.", "format_ipv4(client.address, 24)";
    fun FormatIpv4Mask ["format_ipv4_mask"], (address: Any, #[optional] prefix: Long) => TEXT, "The same, with the suffix.", "format_ipv4_mask(client.address, 24)";
    fun Ipv4Compare ["ipv4_compare"], (left: String, right: String, #[optional] prefix: Long) => LONG, "-1, 0 or 1, by the bits that the shortest suffix leaves; null where one is no address.", "ipv4_compare(client.address, \"10.1.2.0/24\")";
    fun Ipv4IsMatch ["ipv4_is_match"], (left: String, right: String, #[optional] prefix: Long) => BOOL, "The same address, or network where one has a suffix.", "ipv4_is_match(client.address, \"10.1.2.0/24\")";
    fun Ipv4IsInRange ["ipv4_is_in_range"], (address: String, range: String) => BOOL, "Within the network, such as `10.0.0.0/8`; null where one is no address.", "ipv4_is_in_range(client.address, \"10.0.0.0/8\")";
    fun Ipv4IsInAnyRange ["ipv4_is_in_any_range"], (address: String, range: Strings) rest => BOOL, "Within one of the networks: texts, or an array of them.", "ipv4_is_in_any_range(client.address, \"192.168.0.0/16\", \"10.0.0.0/8\")";
    fun Ipv4IsPrivate ["ipv4_is_private"], (address: String) => BOOL, "Within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16; null where it is no address.", "ipv4_is_private(client.address)";
    fun Ipv4RangeToCidr ["ipv4_range_to_cidr_list"], (first: String, last: String) => Is(Type::Dynamic), "The fewest networks that hold the addresses from the first to the last, as an array; null where one is no address.", "ipv4_range_to_cidr_list(\"10.0.0.0\", \"10.0.0.5\")";
    fun Ipv4NetmaskSuffix ["ipv4_netmask_suffix"], (address: String) => LONG, "The suffix, 32 without one; null where it is no address.", "ipv4_netmask_suffix(\"10.0.0.0/8\")";
    fun HasIpv4 ["has_ipv4"], (text: String, address: String) => BOOL, "Contains the address, between other characters than letters and digits.", "has_ipv4(\"from 10.1.2.3:443\", \"10.1.2.3\")";
    fun HasAnyIpv4 ["has_any_ipv4"], (text: String, address: Strings) rest => BOOL, "Contains one of the addresses: texts, or an array of them.", "has_any_ipv4(\"from 10.1.2.3:443\", \"10.1.2.3\", \"10.1.2.4\")";
    fun HasIpv4Prefix ["has_ipv4_prefix"], (text: String, prefix: String) => BOOL, "Contains an address that begins so; the prefix ends with a dot.", "has_ipv4_prefix(\"from 10.1.2.3:443\", \"10.1.\")";
    fun HasAnyIpv4Prefix ["has_any_ipv4_prefix"], (text: String, prefix: Strings) rest => BOOL, "Contains an address that begins with one of the prefixes.", "has_any_ipv4_prefix(\"from 10.1.2.3:443\", \"10.2.\", \"10.1.\")";
    fun ParseIpv6 ["parse_ipv6"], (address: String) => TEXT, "The address, IPv4 or IPv6, with all its digits; null where it is none.", "parse_ipv6(\"fe80::1\")";
    fun ParseIpv6Mask ["parse_ipv6_mask"], (address: String, prefix: Long) => TEXT, "The address' network of so many of 128 bits.", "parse_ipv6_mask(\"fe80::a1\", 120)";
    fun Ipv6Compare ["ipv6_compare"], (left: String, right: String, #[optional] prefix: Long) => LONG, "As ipv4_compare, for both kinds.", "ipv6_compare(\"fe80::1\", \"fe80::2\")";
    fun Ipv6IsMatch ["ipv6_is_match"], (left: String, right: String, #[optional] prefix: Long) => BOOL, "As ipv4_is_match, for both kinds.", "ipv6_is_match(\"fe80::1\", \"fe80::/64\")";
    fun Ipv6IsInRange ["ipv6_is_in_range"], (address: String, range: String) => BOOL, "As ipv4_is_in_range, for both kinds.", "ipv6_is_in_range(\"fe80::1\", \"fe80::/64\")";
    fun Ipv6IsInAnyRange ["ipv6_is_in_any_range"], (address: String, range: Strings) rest => BOOL, "As ipv4_is_in_any_range, for both kinds.", "ipv6_is_in_any_range(\"fe80::1\", \"fd00::/8\", \"fe80::/64\")";
    fun Hash ["hash", "hash_xxhash64"], (value: Any, #[optional] modulus: Long) => LONG, "xxHash64 of the text; with a modulus, from 0 to one less. Always the same, and no secret.", "hash(customer.id, 100)";
    fun HashSha256 ["hash_sha256"], (value: Text) => TEXT, "SHA-256 of the value as text, in base 16. Differs from Kusto for datetimes, timespans and reals, of which it hashes the inner form. Who can guess the text can check the guess.", "hash_sha256(customer.id)";
};
