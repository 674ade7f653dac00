//! IPv4 and IPv6 addresses, with or without a suffix such as `/24`. What is no address gives null.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use syntax::Type::{Dynamic, Long, String as Text};
use syntax::pipeline::Function;

use super::Expression;
use super::dynamic::{array_text, elements, plain, quoted};
use super::row::{Row, made, truth, whole};
use crate::Error;

pub(super) fn call(function: Function, args: Vec<Expression>) -> Result<Expression, Error> {
    use Function::*;
    Ok(match function {
        ParseIpv4 => whole(args, &[Text], Long, |row| Some(v4(row.text(0))?.number())),
        ParseIpv4Mask => whole(args, &[Text, Long], Long, |row| Some(v4(row.text(0))?.cut(row.long(1)?)?.number())),
        FormatIpv4 | FormatIpv4Mask => format(args, function == FormatIpv4Mask),
        Ipv4NetmaskSuffix => whole(args, &[Text], Long, |row| Some(i64::from(v4(row.text(0))?.prefix))),
        Ipv4RangeToCidr => made(args, &[Text], Dynamic, |row| networks(row).map(Cow::Owned)),
        Ipv4IsPrivate => truth(args, &[Text], |row| {
            let address = v4(row.text(0))?;
            Some(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].iter().any(|range| within(&address, v4(range))))
        }),
        Ipv4Compare => whole(args, &[Text, Text, Long], Long, |row| compare(row, v4)),
        Ipv6Compare => whole(args, &[Text, Text, Long], Long, |row| compare(row, v6)),
        Ipv4IsMatch => truth(args, &[Text, Text, Long], |row| Some(compare(row, v4)? == 0)),
        Ipv6IsMatch => truth(args, &[Text, Text, Long], |row| Some(compare(row, v6)? == 0)),
        Ipv4IsInRange => truth(args, &[Text, Text], |row| Some(within(&v4(row.text(0))?, Some(v4(row.text(1))?)))),
        Ipv6IsInRange => truth(args, &[Text, Text], |row| Some(within(&v6(row.text(0))?, Some(v6(row.text(1))?)))),
        Ipv4IsInAnyRange => truth(args, &[Text, Dynamic], |row| {
            let address = v4(row.text(0))?;
            Some(any(row, |range| within(&address, v4(range))))
        }),
        Ipv6IsInAnyRange => truth(args, &[Text, Dynamic], |row| {
            let address = v6(row.text(0))?;
            Some(any(row, |range| within(&address, v6(range))))
        }),
        ParseIpv6 => made(args, &[Text], Text, |row| v6(row.text(0)).map(|address| Cow::Owned(address.long()))),
        ParseIpv6Mask => {
            made(args, &[Text, Long], Text, |row| Some(Cow::Owned(v6(row.text(0))?.cut(row.long(1)?)?.long())))
        }
        HasIpv4 | HasAnyIpv4 => truth(args, &[Text, Dynamic], |row| {
            Some(any(row, |wanted| wanted.parse::<Ipv4Addr>().is_ok() && addresses(row.text(0)).any(|a| a == wanted)))
        }),
        HasIpv4Prefix | HasAnyIpv4Prefix => truth(args, &[Text, Dynamic], |row| {
            Some(any(row, |prefix| {
                let whole = prefix.parse::<Ipv4Addr>().is_ok();
                let fits = |address: &str| if whole { address == prefix } else { address.starts_with(prefix) };
                (whole || prefix.ends_with('.')) && addresses(row.text(0)).any(fits)
            }))
        }),
        other => return Err(super::unsupported(other)),
    })
}

/// An address, cut to its network, of 32 or 128 bits.
struct Network {
    bits: u128,
    prefix: u8,
    size: u8,
}

impl Network {
    /// The network of so many bits, but of no more than it has.
    fn cut(&self, prefix: i64) -> Option<Network> {
        let prefix = u8::try_from(prefix).ok().filter(|prefix| *prefix <= self.size)?.min(self.prefix);
        let rest = self.size - prefix;
        let bits = self.bits.checked_shr(u32::from(rest)).unwrap_or(0).checked_shl(u32::from(rest)).unwrap_or(0);
        Some(Network { bits, prefix, size: self.size })
    }

    fn number(&self) -> i64 {
        // Of IPv4, 32 bits.
        i64::try_from(self.bits).unwrap_or(i64::MAX)
    }

    /// Eight groups of four digits.
    fn long(&self) -> String {
        let groups: Vec<String> =
            Ipv6Addr::from(self.bits).segments().iter().map(|part| format!("{part:04x}")).collect();
        groups.join(":")
    }
}

fn v4(text: &str) -> Option<Network> {
    let (address, prefix) = split(text)?;
    let bits = u128::from(u32::from(address.parse::<Ipv4Addr>().ok()?));
    Network { bits, prefix: 32, size: 32 }.cut(prefix.unwrap_or(32))
}

/// An IPv4 address stands within `::ffff:0:0/96`.
fn v6(text: &str) -> Option<Network> {
    let (address, prefix) = split(text)?;
    let (address, before) = match address.parse().ok()? {
        IpAddr::V4(address) => (address.to_ipv6_mapped(), 96),
        // `::10.1.2.3`, whose prefix counts as IPv4's too.
        IpAddr::V6(_) if address.starts_with("::") && address[2..].parse::<Ipv4Addr>().is_ok() => {
            (address[2..].parse::<Ipv4Addr>().ok()?.to_ipv6_mapped(), 96)
        }
        IpAddr::V6(address) => (address, 0),
    };
    let prefix = prefix.map_or(128, |prefix| prefix + before);
    Network { bits: u128::from(address), prefix: 128, size: 128 }.cut(prefix)
}

fn split(text: &str) -> Option<(&str, Option<i64>)> {
    match text.trim().split_once('/') {
        Some((address, prefix)) => Some((address, Some(i64::from(prefix.parse::<u8>().ok()?)))),
        None => Some((text.trim(), None)),
    }
}

fn within(address: &Network, range: Option<Network>) -> bool {
    let Some(range) = range else { return false };
    let prefix = i64::from(range.prefix);
    range.prefix <= address.prefix && address.cut(prefix).is_some_and(|cut| cut.bits == range.bits)
}

/// By the bits that the shortest of the suffixes leaves.
fn compare(row: Row<'_>, read: fn(&str) -> Option<Network>) -> Option<i64> {
    let (left, right) = (read(row.text(0))?, read(row.text(1))?);
    let asked = if row.count() > 2 { row.long(2)? } else { i64::from(left.size) };
    let prefix = asked.min(i64::from(left.prefix)).min(i64::from(right.prefix));
    Some(left.cut(prefix)?.bits.cmp(&right.cut(prefix)?.bits) as i64)
}

/// Whether one of the texts behind the first argument fits, or one of an array of them.
fn any<'a>(row: Row<'a>, fits: impl Fn(&str) -> bool) -> bool {
    (1..row.count()).filter_map(|place| row.json(place)).any(|json| match json.starts_with('[') {
        true => elements(json).any(|element| fits(&plain(element))),
        false => fits(&plain(json)),
    })
}

/// The IPv4 addresses in a text, between other characters than letters and digits.
fn addresses(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|char: char| !char.is_alphanumeric() && char != '.');
    words.map(|word| word.trim_matches('.')).filter(|word| word.parse::<Ipv4Addr>().is_ok())
}

/// From the first address on, the largest network that begins there and ends within; 63 of them at most.
fn networks(row: Row<'_>) -> Option<String> {
    let (first, last) = (v4(row.text(0))?.number(), v4(row.text(1))?.number());
    let (mut at, mut found) = (first, Vec::new());
    while at <= last {
        let fits = |size: &u32| at % (1 << size) == 0 && at + (1 << size) - 1 <= last;
        let size = (0..=32).rev().find(fits)?;
        found.push(quoted(&format!("{}/{}", Ipv4Addr::from(u32::try_from(at).ok()?), 32 - size)));
        at += 1 << size;
    }
    Some(array_text(found))
}

fn format(args: Vec<Expression>, with_suffix: bool) -> Expression {
    made(args, &[Text, Long], Text, move |row| {
        let text = row.text(0);
        let number = text.parse::<u32>().ok().map(|number| Ipv4Addr::from(number).to_string());
        let address = v4(number.as_deref().unwrap_or(text))?;
        let prefix = if row.count() > 1 { row.long(1)? } else { 32 };
        let address = address.cut(prefix)?;
        let shown = Ipv4Addr::from(u32::try_from(address.bits).ok()?);
        Some(Cow::Owned(if with_suffix { format!("{shown}/{}", address.prefix) } else { shown.to_string() }))
    })
}
