//! JSON values: arrays and bags.

use super::Arg::*;
use super::Returns::Is;
use crate::Type;

use super::{BOOL, FunctionRow, LONG, Param, REAL, TEXT};

#[rustfmt::skip]
pub(super) const DYNAMIC: &[FunctionRow] = table! {
    fun Index ["[]"], (value: Dynamic, key: Any) => Is(Type::Dynamic), "A member by its key, or an element by its place.", "attributes[\"http.flavor\"]";
    fun ArrayLength ["array_length"], (value: Dynamic) => LONG, "Elements of an array.", "array_length(events)";
    fun BagKeys ["bag_keys"], (value: Dynamic) => Is(Type::Dynamic), "The keys of an object.", "bag_keys(parse_json(\"{\\\"user\\\":7}\"))";
    fun ParseJson ["parse_json"], (text: Any) => Is(Type::Dynamic), "The JSON value that the text holds.", "parse_json(\"{\\\"user\\\":{\\\"id\\\":7}}\").user.id";
    fun ExtractJson ["extract_json", "extractjson"], (path: Path, text: Any) => TEXT, "What stands at a path such as `$.user.ids[0]`, as text; with `typeof(long)` as a third argument converted. Null where there is nothing. `parse_json(text).user.ids[0]` says the same.", "extract_json(\"$.user.id\", \"{\\\"user\\\":{\\\"id\\\":7}}\")";
    fun PackArray ["pack_array"], (value: Any) rest => Is(Type::Dynamic), "An array of these values.", "pack_array(service.name, duration, 1)";
    fun Pack ["bag_pack", "pack", "pack_dictionary"], (key: Text, value: Any) rest => Is(Type::Dynamic), "A bag of these keys, each followed by its value.", "bag_pack(\"service\", service.name, \"ms\", duration / 1ms)";
    fun ArrayConcat ["array_concat"], (array: Dynamic) rest => Is(Type::Dynamic), "The elements of all the arrays, one after the other.", "array_concat(dynamic([1, 2]), dynamic([3]))";
    fun ArrayIndexOf ["array_index_of"], (array: Dynamic, value: Any, #[optional] start: Long, #[optional] length: Long, #[optional] occurrence: Long) => LONG, "The place of the value, from 0; -1 where it is not. Looks from the start on (below zero: so many before the end), over so many elements (-1 to the end), for the first or another occurrence.", "array_index_of(split(url.path, \"/\"), \"cart\")";
    fun ArraySlice ["array_slice"], (array: Dynamic, start: Long, end: Long) => Is(Type::Dynamic), "The elements from one place to the other, both included; a negative place counts from the end.", "array_slice(dynamic([1, 2, 3, 4]), 1, -2)";
    fun ArraySplit ["array_split"], (array: Dynamic, places: Any) => Is(Type::Dynamic), "The array cut before a place, or before each of an array of places.", "array_split(dynamic([1, 2, 3, 4]), 2)";
    fun ArrayReverse ["array_reverse"], (array: Dynamic) => Is(Type::Dynamic), "The elements in reverse order.", "array_reverse(dynamic([1, 2, 3]))";
    fun ArrayRotateLeft ["array_rotate_left"], (array: Dynamic, count: Long) => Is(Type::Dynamic), "The first so many elements moved to the end.", "array_rotate_left(dynamic([1, 2, 3]), 1)";
    fun ArrayRotateRight ["array_rotate_right"], (array: Dynamic, count: Long) => Is(Type::Dynamic), "The last so many elements moved to the start.", "array_rotate_right(dynamic([1, 2, 3]), 1)";
    fun ArrayShiftLeft ["array_shift_left"], (array: Dynamic, count: Long, #[optional] fill: Any) => Is(Type::Dynamic), "Without the first so many elements; the end is filled with null or the value.", "array_shift_left(dynamic([1, 2, 3]), 1, 0)";
    fun ArrayShiftRight ["array_shift_right"], (array: Dynamic, count: Long, #[optional] fill: Any) => Is(Type::Dynamic), "Without the last so many elements; the start is filled with null or the value.", "array_shift_right(dynamic([1, 2, 3]), 1, 0)";
    fun ArraySortAsc ["array_sort_asc"], (array: Dynamic, #[optional] more: Any) rest => Is(Type::Dynamic), "The elements in order: numbers, then texts by their bytes, then the rest; nulls last unless `false` is the last argument. Further arrays are put in the order of the first; then the result is an array of all of them, null in the place of one that is not as long as the first. Differs from Kusto: the arrays are not columns of their own; `[1]` is the second.", "array_sort_asc(dynamic([3, 1, 2]))";
    fun ArraySortDesc ["array_sort_desc"], (array: Dynamic, #[optional] more: Any) rest => Is(Type::Dynamic), "The same as array_sort_asc in descending order; nulls last unless `false` is the last argument.", "array_sort_desc(dynamic([3, 1, 2]))";
    fun ArraySum ["array_sum"], (array: Dynamic) => REAL, "The sum of the elements, nulls left out; null where one is no number.", "array_sum(dynamic([1, 2.5]))";
    fun ArrayIff ["array_iff", "array_iif"], (conditions: Dynamic, then: Any, otherwise: Any) => Is(Type::Dynamic), "For each condition an element (or the value) of the one or of the other; null where there is none, and where the condition is neither a bool nor a number.", "array_iff(dynamic([true, false]), dynamic([1, 2]), 0)";
    fun SetHasElement ["set_has_element"], (array: Dynamic, value: Any) => BOOL, "The array has the value.", "set_has_element(dynamic([\"a\", \"b\"]), \"a\")";
    fun SetUnion ["set_union"], (array: Dynamic) rest => Is(Type::Dynamic), "The distinct elements of all the arrays.", "set_union(dynamic([1, 2]), dynamic([2, 3]))";
    fun SetIntersect ["set_intersect"], (array: Dynamic) rest => Is(Type::Dynamic), "The distinct elements that all the arrays have.", "set_intersect(dynamic([1, 2]), dynamic([2, 3]))";
    fun SetDifference ["set_difference"], (array: Dynamic) rest => Is(Type::Dynamic), "The distinct elements of the first array that no other has.", "set_difference(dynamic([1, 2]), dynamic([2, 3]))";
    fun JaccardIndex ["jaccard_index"], (left: Dynamic, right: Dynamic) => REAL, "Distinct elements that both arrays have, over those that one has.", "jaccard_index(dynamic([1, 2]), dynamic([2, 3]))";
    fun BagHasKey ["bag_has_key"], (bag: Dynamic, key: String) => BOOL, "The bag has the key, or what the path `$.user.id` names.", "bag_has_key(todynamic(\"{\\\"user\\\":7}\"), \"user\")";
    fun BagMerge ["bag_merge"], (bag: Dynamic) rest => Is(Type::Dynamic), "The members of all the bags; of a key the first.", "bag_merge(bag_pack(\"a\", 1), bag_pack(\"a\", 2, \"b\", 3))";
    fun BagSetKey ["bag_set_key"], (bag: Dynamic, key: String, value: Any) => Is(Type::Dynamic), "The bag with this value under the key, or at the path `$.user.id`, whose bags are made where they are missing. Null where something else stands on the way.", "bag_set_key(bag_pack(\"a\", 1), \"b\", 2)";
    fun BagRemoveKeys ["bag_remove_keys"], (bag: Dynamic, keys: Dynamic) => Is(Type::Dynamic), "The bag without these keys, or what the paths `$.user.id` among them name.", "bag_remove_keys(bag_pack(\"a\", 1, \"b\", 2), dynamic([\"a\"]))";
    fun BagZip ["bag_zip"], (keys: Dynamic, values: Dynamic) => Is(Type::Dynamic), "A bag of the keys in one array and the values in another; null where there is none. A key that is no text is left out with its value.", "bag_zip(dynamic([\"a\", \"b\"]), dynamic([1, 2]))";
    fun Zip ["zip"], (array: Dynamic) rest => Is(Type::Dynamic), "An array of the first elements, one of the second …; null where there is none.", "zip(dynamic([1, 2]), dynamic([\"a\", \"b\"]))";
    fun Repeat ["repeat"], (value: Any, count: Long) => Is(Type::Dynamic), "An array of so many times the value, 1,024 at most.", "repeat(0, 3)";
    fun Range ["range"], (from: Ordered, to: Ordered, #[optional] step: Quantity) => Is(Type::Dynamic), "The numbers from one to the other by steps (of 1), as an array; of datetimes and timespans by a timespan (of 1h); null where it is longer than 1 MiB. Differs from Kusto, which cuts it at 1,048,576 elements.", "range(0, 1, 0.25)";
};
