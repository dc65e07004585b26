// Written by `cargo xtask docs` from the table of builtins (src/builtins).

/** The functions that every script has, by name; the types are their signatures. */
export interface Builtins {
  /**
   * Writes the values with spaces between them and a line break.
   *
   * ```ruff
   * print("a", [1, "b"])  # a [1, b]
   * ```
   */
  readonly print: "print(values...) -> null";
  /**
   * Writes the values with spaces between them and a line break.
   * Another name of `print`.
   *
   * ```ruff
   * print("a", [1, "b"])  # a [1, b]
   * ```
   */
  readonly println: "print(values...) -> null";
  /**
   * Like print, to standard error.
   *
   * ```ruff
   * eprint("careful")  # careful
   * ```
   */
  readonly eprint: "eprint(values...) -> null";
  /**
   * Writes the values with their kinds.
   *
   * ```ruff
   * debug(1, "a")  # [DEBUG] Int(1) String("a")
   * ```
   */
  readonly debug: "debug(values...) -> null";
  /**
   * Ends the program at once with that status, or 0.
   *
   * ```ruff
   * print("last"); exit(2); print("never")  # last
   * ```
   */
  readonly exit: "exit([status: num]) -> never";
  /**
   * The arguments that the host gave.
   *
   * ```ruff
   * args()  # []
   * ```
   */
  readonly args: "args() -> array";
  /**
   * The kind of a value in one word.
   *
   * ```ruff
   * type(1.5)  # float
   * ```
   */
  readonly type: "type(v) -> string";
  /**
   * The kind of a value in one word.
   * Another name of `type`.
   *
   * ```ruff
   * type(1.5)  # float
   * ```
   */
  readonly type_of: "type(v) -> string";
  /**
   * The text that print shows.
   *
   * ```ruff
   * to_string([1, "a"])  # [1, a]
   * ```
   */
  readonly to_string: "to_string(v) -> string";
  /**
   * The text that print shows.
   * Another name of `to_string`.
   *
   * ```ruff
   * to_string([1, "a"])  # [1, a]
   * ```
   */
  readonly str: "to_string(v) -> string";
  /**
   * A number without its fraction, a bool as 0 or 1, a string read as an int.
   *
   * ```ruff
   * to_int(" 42 ")  # 42
   * ```
   */
  readonly to_int: "to_int(v: num or bool or string) -> int";
  /**
   * A number, bool or string as a float.
   *
   * ```ruff
   * to_float("2.5")  # 2.5
   * ```
   */
  readonly to_float: "to_float(v: num or bool or string) -> float";
  /**
   * False for 0, null, empty containers and the strings "", "0", "false".
   *
   * ```ruff
   * to_bool("FALSE")  # false
   * ```
   */
  readonly to_bool: "to_bool(v) -> bool";
  /**
   * The int that a string means.
   *
   * ```ruff
   * parse_int("-7")  # -7
   * ```
   */
  readonly parse_int: "parse_int(s: string) -> int";
  /**
   * The float that a string means.
   *
   * ```ruff
   * parse_float("1e3")  # 1000
   * ```
   */
  readonly parse_float: "parse_float(s: string) -> float";
  /**
   * Whether if would take the value as true.
   *
   * ```ruff
   * is_truthy([])  # false
   * ```
   */
  readonly is_truthy: "is_truthy(v) -> bool";
  /**
   * Whether the value is an int.
   *
   * ```ruff
   * is_int(1)  # true
   * ```
   */
  readonly is_int: "is_int(v) -> bool";
  /**
   * Whether the value is a float.
   *
   * ```ruff
   * is_float(1)  # false
   * ```
   */
  readonly is_float: "is_float(v) -> bool";
  /**
   * Whether the value is a string.
   *
   * ```ruff
   * is_string("a")  # true
   * ```
   */
  readonly is_string: "is_string(v) -> bool";
  /**
   * Whether the value is true or false.
   *
   * ```ruff
   * is_bool(0)  # false
   * ```
   */
  readonly is_bool: "is_bool(v) -> bool";
  /**
   * Whether the value is an array.
   *
   * ```ruff
   * is_array([])  # true
   * ```
   */
  readonly is_array: "is_array(v) -> bool";
  /**
   * Whether the value is a dict.
   *
   * ```ruff
   * is_dict([])  # false
   * ```
   */
  readonly is_dict: "is_dict(v) -> bool";
  /**
   * Whether the value is null.
   *
   * ```ruff
   * is_null(null)  # true
   * ```
   */
  readonly is_null: "is_null(v) -> bool";
  /**
   * Whether the value can be called.
   *
   * ```ruff
   * is_function(len)  # true
   * ```
   */
  readonly is_function: "is_function(v) -> bool";
  /**
   * Bytes of ints from 0 to 255.
   *
   * ```ruff
   * bytes([1, 2, 255])  # <bytes 3>
   * ```
   */
  readonly bytes: "bytes(xs: array) -> bytes";
  /**
   * An array of its arguments.
   *
   * ```ruff
   * array(1, 2)  # [1, 2]
   * ```
   */
  readonly array: "array(values...) -> array";
  /**
   * An empty dict.
   *
   * ```ruff
   * dict()  # {}
   * ```
   */
  readonly dict: "dict() -> dict";
  /**
   * Raises the value, as throw does.
   *
   * ```ruff
   * try { error("gone") } except e { print(e.message) }  # gone
   * ```
   */
  readonly error: "error(v) -> never";
  /**
   * Makes an error without raising it.
   *
   * ```ruff
   * Error("gone")  # Error: gone
   * ```
   */
  readonly Error: "Error(message, [cause]) -> error";
  /**
   * Makes an error without raising it.
   * Another name of `Error`.
   *
   * ```ruff
   * Error("gone")  # Error: gone
   * ```
   */
  readonly error_new: "Error(message, [cause]) -> error";
  /**
   * The number of characters, elements or entries.
   *
   * ```ruff
   * len("abc")  # 3
   * ```
   */
  readonly len: "len(v: string or array or dict or bytes or set or queue or stack or channel) -> int";
  /**
   * All letters in upper case.
   *
   * ```ruff
   * to_upper("abc")  # ABC
   * ```
   */
  readonly to_upper: "to_upper(s: string) -> string";
  /**
   * All letters in upper case.
   * Another name of `to_upper`.
   *
   * ```ruff
   * to_upper("abc")  # ABC
   * ```
   */
  readonly upper: "to_upper(s: string) -> string";
  /**
   * All letters in lower case.
   *
   * ```ruff
   * to_lower("ABC")  # abc
   * ```
   */
  readonly to_lower: "to_lower(s: string) -> string";
  /**
   * All letters in lower case.
   * Another name of `to_lower`.
   *
   * ```ruff
   * to_lower("ABC")  # abc
   * ```
   */
  readonly lower: "to_lower(s: string) -> string";
  /**
   * The first character in upper case, the rest in lower case.
   *
   * ```ruff
   * capitalize("hELLO")  # Hello
   * ```
   */
  readonly capitalize: "capitalize(s: string) -> string";
  /**
   * Without white space at both ends.
   *
   * ```ruff
   * trim("  a b ")  # a b
   * ```
   */
  readonly trim: "trim(s: string) -> string";
  /**
   * Without white space at the beginning.
   *
   * ```ruff
   * len(trim_start("  a "))  # 2
   * ```
   */
  readonly trim_start: "trim_start(s: string) -> string";
  /**
   * Without white space at the end.
   *
   * ```ruff
   * len(trim_end("  a "))  # 3
   * ```
   */
  readonly trim_end: "trim_end(s: string) -> string";
  /**
   * Whether a string has a part (1 or 0), an array an item, a dict a key.
   *
   * ```ruff
   * contains([1, 2], 2)  # true
   * ```
   */
  readonly contains: "contains(v: string or array or dict, part) -> int or bool";
  /**
   * Where a part first occurs in a string or array; -1 if nowhere.
   *
   * ```ruff
   * index_of([5, 7], 7)  # 1
   * ```
   */
  readonly index_of: "index_of(v: string or array, part) -> int";
  /**
   * Whether the string begins with another.
   *
   * ```ruff
   * starts_with("abc", "ab")  # true
   * ```
   */
  readonly starts_with: "starts_with(s: string, prefix: string) -> bool";
  /**
   * Whether the string ends with another.
   *
   * ```ruff
   * ends_with("abc", "ab")  # false
   * ```
   */
  readonly ends_with: "ends_with(s: string, suffix: string) -> bool";
  /**
   * The characters from start up to, but without, end.
   *
   * ```ruff
   * substring("hello", 1, 3)  # el
   * ```
   */
  readonly substring: "substring(s: string, start: num, end: num) -> string";
  /**
   * The characters from start up to, but without, end.
   * Another name of `substring`.
   *
   * ```ruff
   * substring("hello", 1, 3)  # el
   * ```
   */
  readonly substr: "substring(s: string, start: num, end: num) -> string";
  /**
   * The character at a position; "" beyond the end.
   *
   * ```ruff
   * char_at("abc", 1)  # b
   * ```
   */
  readonly char_at: "char_at(s: string, i: num) -> string";
  /**
   * The code point of the first character.
   *
   * ```ruff
   * ord("A")  # 65
   * ```
   */
  readonly ord: "ord(s: string) -> int";
  /**
   * The character of a code point.
   *
   * ```ruff
   * chr(65)  # A
   * ```
   */
  readonly chr: "chr(code: int) -> string";
  /**
   * Every occurrence of one string replaced by another.
   *
   * ```ruff
   * replace("a-b-c", "-", "+")  # a+b+c
   * ```
   */
  readonly replace: "replace(s: string, from: string, to: string) -> string";
  /**
   * Every occurrence of one string replaced by another.
   * Another name of `replace`.
   *
   * ```ruff
   * replace("a-b-c", "-", "+")  # a+b+c
   * ```
   */
  readonly replace_str: "replace(s: string, from: string, to: string) -> string";
  /**
   * The parts between the separators.
   *
   * ```ruff
   * split("a,b,c", ",")  # [a, b, c]
   * ```
   */
  readonly split: "split(s: string, separator: string) -> array";
  /**
   * The text forms of the elements, with the separator between them.
   *
   * ```ruff
   * join([1, 2, 3], "-")  # 1-2-3
   * ```
   */
  readonly join: "join(xs: array, separator: string) -> string";
  /**
   * The string n times.
   *
   * ```ruff
   * repeat("ab", 3)  # ababab
   * ```
   */
  readonly repeat: "repeat(s: string, n: num) -> string";
  /**
   * Filled up on the left to the given width.
   *
   * ```ruff
   * pad_left("7", 3, "0")  # 007
   * ```
   */
  readonly pad_left: "pad_left(s: string, width: num, char: string) -> string";
  /**
   * Filled up on the left to the given width.
   * Another name of `pad_left`.
   *
   * ```ruff
   * pad_left("7", 3, "0")  # 007
   * ```
   */
  readonly pad_start: "pad_left(s: string, width: num, char: string) -> string";
  /**
   * Filled up on the right to the given width.
   *
   * ```ruff
   * pad_right("ab", 4, ".")  # ab..
   * ```
   */
  readonly pad_right: "pad_right(s: string, width: num, char: string) -> string";
  /**
   * Filled up on the right to the given width.
   * Another name of `pad_right`.
   *
   * ```ruff
   * pad_right("ab", 4, ".")  # ab..
   * ```
   */
  readonly pad_end: "pad_right(s: string, width: num, char: string) -> string";
  /**
   * The lines, without their line breaks.
   *
   * ```ruff
   * lines("a\nb\n")  # [a, b]
   * ```
   */
  readonly lines: "lines(s: string) -> array";
  /**
   * The parts between white space.
   *
   * ```ruff
   * words(" the  cat ")  # [the, cat]
   * ```
   */
  readonly words: "words(s: string) -> array";
  /**
   * The characters in reverse order.
   *
   * ```ruff
   * str_reverse("abc")  # cba
   * ```
   */
  readonly str_reverse: "str_reverse(s: string) -> string";
  /**
   * The number of characters.
   *
   * ```ruff
   * count_chars("abc")  # 3
   * ```
   */
  readonly count_chars: "count_chars(s: string) -> int";
  /**
   * Whether the string has no characters.
   *
   * ```ruff
   * is_empty("")  # true
   * ```
   */
  readonly is_empty: "is_empty(s: string) -> bool";
  /**
   * Lower-case letters and digits, with - for spaces.
   *
   * ```ruff
   * slugify("Hello, World!")  # hello-world
   * ```
   */
  readonly slugify: "slugify(s: string) -> string";
  /**
   * Cut to at most max characters, which end in the suffix.
   *
   * ```ruff
   * truncate("hello world", 8, "...")  # hello...
   * ```
   */
  readonly truncate: "truncate(s: string, max: num, suffix: string) -> string";
  /**
   * Words joined, all but the first with a capital.
   *
   * ```ruff
   * to_camel_case("hello_world foo")  # helloWorldFoo
   * ```
   */
  readonly to_camel_case: "to_camel_case(s: string) -> string";
  /**
   * Lower-case words joined by _.
   *
   * ```ruff
   * to_snake_case("helloWorld")  # hello_world
   * ```
   */
  readonly to_snake_case: "to_snake_case(s: string) -> string";
  /**
   * Lower-case words joined by -.
   *
   * ```ruff
   * to_kebab_case("helloWorld")  # hello-world
   * ```
   */
  readonly to_kebab_case: "to_kebab_case(s: string) -> string";
  /**
   * The template with %s, %d and %f replaced by the values.
   *
   * ```ruff
   * format("%s is %d", "a", 1.9)  # a is 1
   * ```
   */
  readonly format: "format(template: string, values...) -> string";
  /**
   * Adds an element at the end.
   * In method form it updates its receiver.
   *
   * ```ruff
   * push([1], 2)  # [1, 2]
   * ```
   */
  readonly push: "push(xs: array, v) -> array";
  /**
   * Adds an element at the end.
   * In method form it updates its receiver.
   *
   * ```ruff
   * append([1], 2)  # [1, 2]
   * ```
   */
  readonly append: "append(xs: array, v) -> array";
  /**
   * Takes out the last element.
   * In method form it updates its receiver.
   *
   * ```ruff
   * pop([1, 2])  # [[1], 2]
   * ```
   */
  readonly pop: "pop(xs: array) -> [array, value]";
  /**
   * Puts an element before position i.
   * In method form it updates its receiver.
   *
   * ```ruff
   * insert([1, 3], 1, 2)  # [1, 2, 3]
   * ```
   */
  readonly insert: "insert(xs: array, i: num, v) -> array";
  /**
   * Takes out the first equal element; of a dict, the entry of a key.
   * In method form it updates its receiver.
   *
   * ```ruff
   * remove([1, 2, 1], 1)  # [2, 1]
   * ```
   */
  readonly remove: "remove(xs: array or dict, v) -> array or [dict, value]";
  /**
   * Takes out the element at a position.
   * In method form it updates its receiver.
   *
   * ```ruff
   * remove_at([1, 2, 3], 1)  # [[1, 3], 2]
   * ```
   */
  readonly remove_at: "remove_at(xs: array, i: num) -> [array, value]";
  /**
   * Takes out everything.
   * In method form it updates its receiver.
   *
   * ```ruff
   * clear([1, 2])  # []
   * ```
   */
  readonly clear: "clear(xs: array or dict) -> array or dict";
  /**
   * The elements from start up to, but without, end.
   *
   * ```ruff
   * slice([1, 2, 3, 4], 1, -1)  # [2, 3]
   * ```
   */
  readonly slice: "slice(xs: array or bytes, start: num, end: num) -> array or bytes";
  /**
   * The elements of one array and then those of another.
   *
   * ```ruff
   * concat([1], [2, 3])  # [1, 2, 3]
   * ```
   */
  readonly concat: "concat(a: array, b: array) -> array";
  /**
   * Numbers by value and strings by bytes, equal ones in their order.
   * In method form it updates its receiver.
   *
   * ```ruff
   * sort([3, 1, 2])  # [1, 2, 3]
   * ```
   */
  readonly sort: "sort(xs: array) -> array";
  /**
   * The elements from last to first.
   * In method form it updates its receiver.
   *
   * ```ruff
   * reverse([1, 2])  # [2, 1]
   * ```
   */
  readonly reverse: "reverse(xs: array) -> array";
  /**
   * The first of each group of equal elements.
   *
   * ```ruff
   * unique([1, 2, 1])  # [1, 2]
   * ```
   */
  readonly unique: "unique(xs: array) -> array";
  /**
   * All numbers added up; other elements are ignored.
   *
   * ```ruff
   * sum([1, 2.5])  # 3.5
   * ```
   */
  readonly sum: "sum(xs: array) -> num";
  /**
   * Arrays in the array replaced by their elements, one level deep.
   *
   * ```ruff
   * flatten([1, [2, [3]]])  # [1, 2, [3]]
   * ```
   */
  readonly flatten: "flatten(xs: array) -> array";
  /**
   * [position, element] for each element.
   *
   * ```ruff
   * enumerate(["a", "b"])  # [[0, a], [1, b]]
   * ```
   */
  readonly enumerate: "enumerate(xs: array) -> array";
  /**
   * Cut into arrays of n elements, the last with the rest.
   *
   * ```ruff
   * chunk([1, 2, 3], 2)  # [[1, 2], [3]]
   * ```
   */
  readonly chunk: "chunk(xs: array, n: num) -> array";
  /**
   * Every n neighbouring elements.
   *
   * ```ruff
   * windows([1, 2, 3], 2)  # [[1, 2], [2, 3]]
   * ```
   */
  readonly windows: "windows(xs: array, n: num) -> array";
  /**
   * All but the first n elements.
   *
   * ```ruff
   * skip([1, 2, 3], 2)  # [3]
   * ```
   */
  readonly skip: "skip(xs: array, n: num) -> array";
  /**
   * Pairs of elements, as long as both arrays have some.
   *
   * ```ruff
   * zip([1, 2], ["a", "b"])  # [[1, a], [2, b]]
   * ```
   */
  readonly zip: "zip(a: array, b: array) -> array";
  /**
   * The ints from start (0) up to, but without, stop.
   *
   * ```ruff
   * range(0, 10, 3)  # [0, 3, 6, 9]
   * ```
   */
  readonly range: "range([start: num], stop: num, [step: num]) -> array";
  /**
   * The results of f(x) for each element.
   *
   * ```ruff
   * map([1, 2], func(x) { return x * 10 })  # [10, 20]
   * ```
   */
  readonly map: "map(xs: array, f: function) -> array";
  /**
   * The elements for which f(x) is truthy.
   *
   * ```ruff
   * filter([1, 2, 3], func(x) { return x > 1 })  # [2, 3]
   * ```
   */
  readonly filter: "filter(xs: array, f: function) -> array";
  /**
   * Goes on from initial with f(so_far, x) for each element.
   *
   * ```ruff
   * reduce([1, 2, 3], 0, func(sum, x) { return sum + x })  # 6
   * ```
   */
  readonly reduce: "reduce(xs: array, initial, f: function) -> value";
  /**
   * The first element for which f(x) is truthy, else 0.
   *
   * ```ruff
   * find([1, 2, 3], func(x) { return x > 1 })  # 2
   * ```
   */
  readonly find: "find(xs: array, f: function) -> value";
  /**
   * Whether f(x) is truthy for some element.
   *
   * ```ruff
   * any([1, 2], func(x) { return x > 1 })  # true
   * ```
   */
  readonly any: "any(xs: array, f: function) -> bool";
  /**
   * Whether f(x) is truthy for every element.
   *
   * ```ruff
   * all([1, 2], func(x) { return x > 1 })  # false
   * ```
   */
  readonly all: "all(xs: array, f: function) -> bool";
  /**
   * The elements in the order of their keys f(x).
   * In method form it updates its receiver.
   *
   * ```ruff
   * sort_by(["bb", "a"], func(s) { return len(s) })  # [a, bb]
   * ```
   */
  readonly sort_by: "sort_by(xs: array, f: function) -> array";
  /**
   * Sorted by f(a, b): negative if a comes first, positive if b does.
   * In method form it updates its receiver.
   *
   * ```ruff
   * sort_with([1, 3, 2], func(a, b) { return b - a })  # [3, 2, 1]
   * ```
   */
  readonly sort_with: "sort_with(xs: array, f: function) -> array";
  /**
   * What a for loop over the value would yield.
   *
   * ```ruff
   * collect("abc")  # [a, b, c]
   * ```
   */
  readonly collect: "collect(v: num or string or array or dict or set or queue or stack or bytes or generator) -> array";
  /**
   * The first n elements, or the next n values of a generator.
   *
   * ```ruff
   * take([1, 2, 3], 2)  # [1, 2]
   * ```
   */
  readonly take: "take(xs: array or generator, n: num) -> array";
  /**
   * The keys in order, as strings.
   *
   * ```ruff
   * keys({"b": 1, "a": 2})  # [a, b]
   * ```
   */
  readonly keys: "keys(dict) -> array";
  /**
   * The values in the order of their keys.
   *
   * ```ruff
   * values({"b": 1, "a": 2})  # [2, 1]
   * ```
   */
  readonly values: "values(dict) -> array";
  /**
   * [key, value] in the order of the keys.
   *
   * ```ruff
   * items({"b": 1, "a": 2})  # [[a, 2], [b, 1]]
   * ```
   */
  readonly items: "items(dict) -> array";
  /**
   * 1 if the dict has the key, else 0.
   *
   * ```ruff
   * has_key({"a": 1}, "a")  # 1
   * ```
   */
  readonly has_key: "has_key(dict, key) -> int";
  /**
   * The value of a key, else the default or null.
   *
   * ```ruff
   * get({"a": 1}, "b", 0)  # 0
   * ```
   */
  readonly get: "get(dict, key, [default]) -> value";
  /**
   * The value of a key, else the default.
   *
   * ```ruff
   * get_default({"a": 1}, "a", 0)  # 1
   * ```
   */
  readonly get_default: "get_default(dict, key, default) -> value";
  /**
   * The entries of two dicts; those of b win.
   *
   * ```ruff
   * merge({"a": 1}, {"a": 2, "b": 3})  # {"a": 2, "b": 3}
   * ```
   */
  readonly merge: "merge(a, b) -> dict";
  /**
   * Puts the entries of b into a.
   * In method form it updates its receiver.
   *
   * ```ruff
   * update({"a": 1}, {"b": 2})  # {"a": 1, "b": 2}
   * ```
   */
  readonly update: "update(a, b) -> dict";
  /**
   * The values as keys, and the keys as values.
   *
   * ```ruff
   * invert({"a": "x"})  # {"x": a}
   * ```
   */
  readonly invert: "invert(d: dict) -> dict";
  /**
   * The elements of an array without duplicates, in their order.
   *
   * ```ruff
   * Set([3, 1, 3])  # Set{3, 1}
   * ```
   */
  readonly Set: "Set([xs: array]) -> set";
  /**
   * Adds a member, unless there is an equal one.
   * In method form it updates its receiver.
   *
   * ```ruff
   * set_add(Set([1]), 2)  # Set{1, 2}
   * ```
   */
  readonly set_add: "set_add(set, v) -> set";
  /**
   * Takes out the member that equals v.
   * In method form it updates its receiver.
   *
   * ```ruff
   * set_remove(Set([1, 2]), 1)  # Set{2}
   * ```
   */
  readonly set_remove: "set_remove(set, v) -> set";
  /**
   * Whether a member equals v.
   *
   * ```ruff
   * set_has(Set([1, 2]), 2.0)  # true
   * ```
   */
  readonly set_has: "set_has(set, v) -> bool";
  /**
   * The members of a and then those of b.
   *
   * ```ruff
   * set_union(Set([2, 1]), Set([3, 2]))  # Set{2, 1, 3}
   * ```
   */
  readonly set_union: "set_union(a, b) -> set";
  /**
   * The members of a that b has too.
   *
   * ```ruff
   * set_intersect(Set([1, 2, 3]), Set([3, 1]))  # Set{1, 3}
   * ```
   */
  readonly set_intersect: "set_intersect(a, b) -> set";
  /**
   * The members of a that b does not have.
   *
   * ```ruff
   * set_difference(Set([1, 2, 3]), Set([3, 1]))  # Set{2}
   * ```
   */
  readonly set_difference: "set_difference(a, b) -> set";
  /**
   * The members in the order in which they were added.
   *
   * ```ruff
   * set_to_array(Set([3, 1, 3]))  # [3, 1]
   * ```
   */
  readonly set_to_array: "set_to_array(set) -> array";
  /**
   * A queue of the elements of an array, front first.
   *
   * ```ruff
   * Queue([1, 2])  # Queue[1, 2]
   * ```
   */
  readonly Queue: "Queue([xs: array]) -> queue";
  /**
   * Adds an item at the back.
   * In method form it updates its receiver.
   *
   * ```ruff
   * queue_enqueue(Queue([1]), 2)  # Queue[1, 2]
   * ```
   */
  readonly queue_enqueue: "queue_enqueue(queue, v) -> queue";
  /**
   * Takes out the item at the front, null if there is none.
   * In method form it updates its receiver.
   *
   * ```ruff
   * queue_dequeue(Queue([1, 2]))  # [Queue[2], 1]
   * ```
   */
  readonly queue_dequeue: "queue_dequeue(queue) -> [queue, value]";
  /**
   * The item at the front, null if there is none.
   *
   * ```ruff
   * queue_peek(Queue([1, 2]))  # 1
   * ```
   */
  readonly queue_peek: "queue_peek(queue) -> value";
  /**
   * Whether the queue has no items.
   *
   * ```ruff
   * queue_is_empty(Queue())  # true
   * ```
   */
  readonly queue_is_empty: "queue_is_empty(queue) -> bool";
  /**
   * The items, front first.
   *
   * ```ruff
   * queue_to_array(Queue([1, 2]))  # [1, 2]
   * ```
   */
  readonly queue_to_array: "queue_to_array(queue) -> array";
  /**
   * The number of items.
   *
   * ```ruff
   * queue_size(Queue([1, 2]))  # 2
   * ```
   */
  readonly queue_size: "queue_size(q: queue) -> int";
  /**
   * A stack of the elements of an array, bottom first.
   *
   * ```ruff
   * Stack([1, 2])  # Stack[1, 2]
   * ```
   */
  readonly Stack: "Stack([xs: array]) -> stack";
  /**
   * Adds an item on top.
   * In method form it updates its receiver.
   *
   * ```ruff
   * stack_push(Stack([1]), 2)  # Stack[1, 2]
   * ```
   */
  readonly stack_push: "stack_push(stack, v) -> stack";
  /**
   * Takes out the item on top, null if there is none.
   * In method form it updates its receiver.
   *
   * ```ruff
   * stack_pop(Stack([1, 2]))  # [Stack[1], 2]
   * ```
   */
  readonly stack_pop: "stack_pop(stack) -> [stack, value]";
  /**
   * The item on top, null if there is none.
   *
   * ```ruff
   * stack_peek(Stack([1, 2]))  # 2
   * ```
   */
  readonly stack_peek: "stack_peek(stack) -> value";
  /**
   * Whether the stack has no items.
   *
   * ```ruff
   * stack_is_empty(Stack([1]))  # false
   * ```
   */
  readonly stack_is_empty: "stack_is_empty(stack) -> bool";
  /**
   * The items, bottom first.
   *
   * ```ruff
   * stack_to_array(Stack([1, 2]))  # [1, 2]
   * ```
   */
  readonly stack_to_array: "stack_to_array(stack) -> array";
  /**
   * The number of items.
   *
   * ```ruff
   * stack_size(Stack([1, 2]))  # 2
   * ```
   */
  readonly stack_size: "stack_size(s: stack) -> int";
  /**
   * The absolute value, of the same kind.
   *
   * ```ruff
   * abs(-3)  # 3
   * ```
   */
  readonly abs: "abs(x: num) -> num";
  /**
   * The greatest whole number that is not above.
   *
   * ```ruff
   * floor(-2.5)  # -3
   * ```
   */
  readonly floor: "floor(x: num) -> num";
  /**
   * The least whole number that is not below.
   *
   * ```ruff
   * ceil(2.1)  # 3
   * ```
   */
  readonly ceil: "ceil(x: num) -> num";
  /**
   * The nearest whole number; a half goes away from zero.
   *
   * ```ruff
   * round(-2.5)  # -3
   * ```
   */
  readonly round: "round(x: num) -> num";
  /**
   * The square root.
   *
   * ```ruff
   * sqrt(16)  # 4
   * ```
   */
  readonly sqrt: "sqrt(x: num) -> float";
  /**
   * The sine of an angle in radians.
   *
   * ```ruff
   * sin(0)  # 0
   * ```
   */
  readonly sin: "sin(x: num) -> float";
  /**
   * The cosine of an angle in radians.
   *
   * ```ruff
   * cos(0)  # 1
   * ```
   */
  readonly cos: "cos(x: num) -> float";
  /**
   * The tangent of an angle in radians.
   *
   * ```ruff
   * tan(0)  # 0
   * ```
   */
  readonly tan: "tan(x: num) -> float";
  /**
   * The natural logarithm.
   *
   * ```ruff
   * log(1)  # 0
   * ```
   */
  readonly log: "log(x: num) -> float";
  /**
   * E to the power of x.
   *
   * ```ruff
   * exp(0)  # 1
   * ```
   */
  readonly exp: "exp(x: num) -> float";
  /**
   * The power; an int of ints if the exponent is not negative and it fits.
   *
   * ```ruff
   * pow(2, 10)  # 1024
   * ```
   */
  readonly pow: "pow(base: num, exponent: num) -> num";
  /**
   * The lesser of two numbers.
   *
   * ```ruff
   * min(2, 1.5)  # 1.5
   * ```
   */
  readonly min: "min(a: num, b: num) -> num";
  /**
   * The greater of two numbers.
   *
   * ```ruff
   * max(2, 1.5)  # 2
   * ```
   */
  readonly max: "max(a: num, b: num) -> num";
  /**
   * The bits that both have.
   *
   * ```ruff
   * bit_and(12, 10)  # 8
   * ```
   */
  readonly bit_and: "bit_and(a: int, b: int) -> int";
  /**
   * The bits that one of them has.
   *
   * ```ruff
   * bit_or(12, 10)  # 14
   * ```
   */
  readonly bit_or: "bit_or(a: int, b: int) -> int";
  /**
   * The bits that exactly one of them has.
   *
   * ```ruff
   * bit_xor(12, 10)  # 6
   * ```
   */
  readonly bit_xor: "bit_xor(a: int, b: int) -> int";
  /**
   * All bits inverted.
   *
   * ```ruff
   * bit_not(0)  # -1
   * ```
   */
  readonly bit_not: "bit_not(a: int) -> int";
  /**
   * Shifted left by 0 to 63 bits; high bits are dropped.
   *
   * ```ruff
   * bit_shl(1, 4)  # 16
   * ```
   */
  readonly bit_shl: "bit_shl(a: int, n: int) -> int";
  /**
   * Shifted right by 0 to 63 bits; the sign is kept.
   *
   * ```ruff
   * bit_shr(-16, 2)  # -4
   * ```
   */
  readonly bit_shr: "bit_shr(a: int, n: int) -> int";
  /**
   * A number from 0 up to, but not including, 1.
   *
   * ```ruff
   * floor(random())  # 0
   * ```
   */
  readonly random: "random() -> float";
  /**
   * A whole number from min to max, both included.
   *
   * ```ruff
   * random_int(3, 3)  # 3
   * ```
   */
  readonly random_int: "random_int(min: num, max: num) -> int";
  /**
   * An element of the array, or 0 if it is empty.
   *
   * ```ruff
   * random_choice(["a", "a"])  # a
   * ```
   */
  readonly random_choice: "random_choice(xs: array) -> value";
  /**
   * So many lower-case letters and digits.
   *
   * ```ruff
   * len(random_id(8))  # 8
   * ```
   */
  readonly random_id: "random_id(length: int) -> string";
  /**
   * A random identifier (RFC 9562, version 4), whatever the seed.
   *
   * ```ruff
   * char_at(uuid_v4(), 14)  # 4
   * ```
   */
  readonly uuid_v4: "uuid_v4() -> string";
  /**
   * From here on the random values follow from the seed.
   *
   * ```ruff
   * set_random_seed(42)  # null
   * ```
   */
  readonly set_random_seed: "set_random_seed(seed: num) -> null";
  /**
   * From here on the random values are unpredictable again.
   *
   * ```ruff
   * clear_random_seed()  # null
   * ```
   */
  readonly clear_random_seed: "clear_random_seed() -> null";
  /**
   * Seconds since 1970 UTC, with fraction.
   *
   * ```ruff
   * type(now())  # float
   * ```
   */
  readonly now: "now() -> float";
  /**
   * Seconds since 1970 UTC.
   *
   * ```ruff
   * type(now_unix())  # int
   * ```
   */
  readonly now_unix: "now_unix() -> int";
  /**
   * Seconds since 1970 UTC.
   * Another name of `now_unix`.
   *
   * ```ruff
   * type(now_unix())  # int
   * ```
   */
  readonly now_utc_seconds: "now_unix() -> int";
  /**
   * Milliseconds since 1970 UTC.
   *
   * ```ruff
   * type(current_timestamp())  # int
   * ```
   */
  readonly current_timestamp: "current_timestamp() -> int";
  /**
   * Milliseconds since 1970 UTC.
   * Another name of `current_timestamp`.
   *
   * ```ruff
   * type(current_timestamp())  # int
   * ```
   */
  readonly time: "current_timestamp() -> int";
  /**
   * The time as YYYY-MM-DDTHH:MM:SSZ.
   *
   * ```ruff
   * len(now_utc())  # 20
   * ```
   */
  readonly now_utc: "now_utc() -> string";
  /**
   * Milliseconds since its first call.
   *
   * ```ruff
   * type(performance_now())  # float
   * ```
   */
  readonly performance_now: "performance_now() -> float";
  /**
   * Microseconds since its first call.
   *
   * ```ruff
   * type(time_us())  # float
   * ```
   */
  readonly time_us: "time_us() -> float";
  /**
   * Nanoseconds since its first call.
   *
   * ```ruff
   * type(time_ns())  # float
   * ```
   */
  readonly time_ns: "time_ns() -> float";
  /**
   * b - a.
   *
   * ```ruff
   * elapsed(1, 3.5)  # 2.5
   * ```
   */
  readonly elapsed: "elapsed(a: num, b: num) -> float";
  /**
   * Milliseconds in a fitting unit.
   *
   * ```ruff
   * format_duration(1500)  # 1.50s
   * ```
   */
  readonly format_duration: "format_duration(ms: num) -> string";
  /**
   * The time in UTC, for YYYY, MM, DD, HH, mm, ss in the format.
   *
   * ```ruff
   * format_date(86400, "YYYY-MM-DD HH:mm")  # 1970-01-02 00:00
   * ```
   */
  readonly format_date: "format_date(seconds: num, format: string) -> string";
  /**
   * Seconds since 1970 of a day in UTC; the format is YYYY-MM-DD.
   *
   * ```ruff
   * parse_date("1970-01-02", "YYYY-MM-DD")  # 86400
   * ```
   */
  readonly parse_date: "parse_date(s: string, format: string) -> float";
  /**
   * The calling task waits; other tasks go on.
   *
   * ```ruff
   * start := current_timestamp()
   * sleep(20)
   * current_timestamp() - start >= 20  # true
   * ```
   */
  readonly sleep: "sleep(ms: num) -> null";
  /**
   * The value that a JSON text means.
   *
   * ```ruff
   * parse_json("[1, 2.5, null]")  # [1, 2.5, null]
   * ```
   */
  readonly parse_json: "parse_json(s: string) -> value";
  /**
   * The value as compact JSON with sorted keys.
   *
   * ```ruff
   * to_json([1, 2.0, null])  # [1,2.0,null]
   * ```
   */
  readonly to_json: "to_json(v: null or bool or num or string or array or dict) -> string";
  /**
   * The value as JSON on many lines, with sorted keys.
   *
   * ```ruff
   * to_json_pretty([])  # []
   * ```
   */
  readonly to_json_pretty: "to_json_pretty(v: null or bool or num or string or array or dict) -> string";
  /**
   * A dict for each row after the first, which names the columns.
   *
   * ```ruff
   * parse_csv("name,age\nAda,36\n")  # [{"age": 36, "name": Ada}]
   * ```
   */
  readonly parse_csv: "parse_csv(s: string) -> array";
  /**
   * A row for each dict, under the keys of the first.
   *
   * ```ruff
   * to_csv([{"a": 1, "b": "x,y"}])
   * # a,b
   * # 1,"x,y"
   * ```
   */
  readonly to_csv: "to_csv(rows: array of dict) -> string";
  /**
   * The tables of a TOML text; dates and times become strings as they are written.
   *
   * ```ruff
   * parse_toml("title = 'x'\n[owner]\nage = 36\n")  # {"owner": {"age": 36}, "title": x}
   * ```
   */
  readonly parse_toml: "parse_toml(s: string) -> dict";
  /**
   * The dict as TOML: sorted keys, plain values before tables.
   *
   * ```ruff
   * to_toml({"b": {"c": [1, 2.0]}, "a": "x"})
   * # a = "x"
   * #
   * # [b]
   * # c = [1, 2.0]
   * ```
   */
  readonly to_toml: "to_toml(d: dict) -> string";
  /**
   * The value that a YAML text means, by the core schema; null for an empty text.
   *
   * ```ruff
   * parse_yaml("name: Ada\ntags: [a, 1.5, null]\n")  # {"name": Ada, "tags": [a, 1.5, null]}
   * ```
   */
  readonly parse_yaml: "parse_yaml(s: string) -> value";
  /**
   * The value as YAML in blocks of two spaces, with sorted keys.
   *
   * ```ruff
   * to_yaml({"b": [1, "yes"], "a": null})
   * # a: null
   * # b:
   * #   - 1
   * #   - "yes"
   * ```
   */
  readonly to_yaml: "to_yaml(v: null or bool or num or string or array or dict) -> string";
  /**
   * A string or bytes in Base64, padded.
   *
   * ```ruff
   * encode_base64("hello")  # aGVsbG8=
   * ```
   */
  readonly encode_base64: "encode_base64(data: string or bytes) -> string";
  /**
   * The bytes that a Base64 text means.
   *
   * ```ruff
   * decode_base64("aGVsbG8=")  # <bytes 5>
   * ```
   */
  readonly decode_base64: "decode_base64(s: string) -> bytes";
  /**
   * The SHA-256 hash of a string or bytes, in hexadecimal.
   *
   * ```ruff
   * sha256("abc")  # ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
   * ```
   */
  readonly sha256: "sha256(data: string or bytes) -> string";
  /**
   * The MD5 hash of a string or bytes, in hexadecimal; broken, not for secrets.
   *
   * ```ruff
   * md5("abc")  # 900150983cd24fb0d6963f7d28e17f72
   * ```
   */
  readonly md5: "md5(data: string or bytes) -> string";
  /**
   * Whether the pattern occurs in the text.
   *
   * ```ruff
   * regex_match("room 101", "[0-9]+")  # true
   * ```
   */
  readonly regex_match: "regex_match(text: string, pattern: string) -> bool";
  /**
   * Every occurrence of the pattern, from left to right.
   *
   * ```ruff
   * regex_find_all("a1 b22", "[0-9]+")  # [1, 22]
   * ```
   */
  readonly regex_find_all: "regex_find_all(text: string, pattern: string) -> array";
  /**
   * Every occurrence replaced; $1, ${name} are groups.
   *
   * ```ruff
   * regex_replace("a1 b22", "([a-z])([0-9]+)", "$2$1")  # 1a 22b
   * ```
   */
  readonly regex_replace: "regex_replace(text: string, pattern: string, replacement: string) -> string";
  /**
   * The pieces of the text between the occurrences of the pattern.
   *
   * ```ruff
   * regex_split("a, b,c", ", *")  # [a, b, c]
   * ```
   */
  readonly regex_split: "regex_split(text: string, pattern: string) -> array";
  /**
   * Raises, with that message, if the value is not truthy.
   *
   * ```ruff
   * assert(1 < 2)  # true
   * ```
   */
  readonly assert: "assert(v, [message]) -> true";
  /**
   * Raises if the values are not equal.
   *
   * ```ruff
   * assert_equal([1], [1.0])  # true
   * ```
   */
  readonly assert_equal: "assert_equal(actual, expected) -> true";
  /**
   * Raises if the value is not true.
   *
   * ```ruff
   * assert_true(true)  # true
   * ```
   */
  readonly assert_true: "assert_true(v: bool) -> true";
  /**
   * Raises if the value is not false.
   *
   * ```ruff
   * assert_false(false)  # true
   * ```
   */
  readonly assert_false: "assert_false(v: bool) -> true";
  /**
   * Raises if the array, string or dict lacks the item.
   *
   * ```ruff
   * assert_contains([1, 2], 2)  # true
   * ```
   */
  readonly assert_contains: "assert_contains(v: array or string or dict, item) -> true";
  /**
   * Whether the value is Ok(…).
   *
   * ```ruff
   * is_ok(Ok(1))  # true
   * ```
   */
  readonly is_ok: "is_ok(v) -> bool";
  /**
   * Whether the value is Err(…).
   *
   * ```ruff
   * is_err(Ok(1))  # false
   * ```
   */
  readonly is_err: "is_err(v) -> bool";
  /**
   * Whether the value is Some(…).
   *
   * ```ruff
   * is_some(Some(1))  # true
   * ```
   */
  readonly is_some: "is_some(v) -> bool";
  /**
   * Whether the value is None.
   *
   * ```ruff
   * is_none(null)  # false
   * ```
   */
  readonly is_none: "is_none(v) -> bool";
  /**
   * The payload of Ok or Some; raises for Err and None.
   *
   * ```ruff
   * unwrap(Some(1))  # 1
   * ```
   */
  readonly unwrap: "unwrap(r: result or option) -> value";
  /**
   * The payload of Ok or Some, else the default.
   *
   * ```ruff
   * unwrap_or(None, 0)  # 0
   * ```
   */
  readonly unwrap_or: "unwrap_or(r: result or option, default) -> value";
  /**
   * The payload of Err; raises for everything else.
   *
   * ```ruff
   * unwrap_err(Err("x"))  # x
   * ```
   */
  readonly unwrap_err: "unwrap_err(r: result or option) -> value";
  /**
   * Ok(v) for Some(v), Err(e) for None; a Result is unchanged.
   *
   * ```ruff
   * ok_or(None, "none")  # Err(none)
   * ```
   */
  readonly ok_or: "ok_or(r: result or option, e) -> result";
  /**
   * Ok(f(v)) for Ok(v), Some(f(v)) for Some(v), else unchanged.
   *
   * ```ruff
   * map_ok(Ok(2), func(v) { return v + 1 })  # Ok(3)
   * ```
   */
  readonly map_ok: "map_ok(r: result or option, f: function) -> result or option";
  /**
   * Err(f(e)) for Err(e), else unchanged.
   *
   * ```ruff
   * map_err(Err("x"), func(e) { return e + "!" })  # Err(x!)
   * ```
   */
  readonly map_err: "map_err(r: result or option, f: function) -> result or option";
  /**
   * f(v) for Ok(v) and Some(v), else unchanged.
   *
   * ```ruff
   * and_then(Some(2), func(v) { return None })  # None
   * ```
   */
  readonly and_then: "and_then(r: result or option, f: function) -> value";
  /**
   * The next value of a generator, null at its end; of an async generator or a stream a promise of it.
   *
   * ```ruff
   * func* count() { yield 1 yield 2 }
   * g := count()
   * next(g)  # 1
   * ```
   */
  readonly next: "next(g: generator or stream) -> value";
  /**
   * Whether the generator has ended, or the promise has settled.
   *
   * ```ruff
   * is_done(async_sleep(10))  # false
   * ```
   */
  readonly is_done: "is_done(v: generator or promise) -> bool";
  /**
   * A promise of null after that many milliseconds.
   *
   * ```ruff
   * await async_sleep(10)  # null
   * ```
   */
  readonly async_sleep: "async_sleep(ms: num) -> promise";
  /**
   * The promise's outcome, or an error of kind timeout.
   *
   * ```ruff
   * async func answer() { return 42 }
   * await async_timeout(answer(), 50)  # 42
   * ```
   */
  readonly async_timeout: "async_timeout(p: promise, ms: num) -> promise";
  /**
   * All results in order; at most limit functions run at once.
   *
   * ```ruff
   * async func double(n) { return n * 2 }
   * await promise_all([double(1), double(2)])  # [2, 4]
   * ```
   */
  readonly promise_all: "promise_all(xs: array, [limit: int]) -> promise";
  /**
   * All results in order; at most limit functions run at once.
   * Another name of `promise_all`.
   *
   * ```ruff
   * async func double(n) { return n * 2 }
   * await promise_all([double(1), double(2)])  # [2, 4]
   * ```
   */
  readonly await_all: "promise_all(xs: array, [limit: int]) -> promise";
  /**
   * The outcome of the first promise that settles.
   *
   * ```ruff
   * async func quick() { return "quick" }
   * await promise_race([async_sleep(50), quick()])  # quick
   * ```
   */
  readonly promise_race: "promise_race(xs: array) -> promise";
  /**
   * The value of the first promise that succeeds.
   *
   * ```ruff
   * async func fails() { throw "no" }
   * async func works() { return "yes" }
   * await promise_any([fails(), works()])  # yes
   * ```
   */
  readonly promise_any: "promise_any(xs: array) -> promise";
  /**
   * How each promise ended, in order; never fails.
   *
   * ```ruff
   * async func one() { return 1 }
   * await promise_all_settled([one()])  # [{"status": ok, "value": 1}]
   * ```
   */
  readonly promise_all_settled: "promise_all_settled(xs: array) -> promise";
  /**
   * All results of f(x) in order, each in a task of its own.
   *
   * ```ruff
   * await parallel_map([1, 2, 3], func(x) { return x * x })  # [1, 4, 9]
   * ```
   */
  readonly parallel_map: "parallel_map(xs: array, f: function, [limit: int]) -> promise";
  /**
   * All results of f(x) in order, each in a task of its own.
   * Another name of `parallel_map`.
   *
   * ```ruff
   * await parallel_map([1, 2, 3], func(x) { return x * x })  # [1, 4, 9]
   * ```
   */
  readonly par_map: "parallel_map(xs: array, f: function, [limit: int]) -> promise";
  /**
   * Like parallel_map, giving null.
   *
   * ```ruff
   * await par_each([1, 2, 3], func(x) { shared_add_int("total", x) })
   * shared_get("total")  # 6
   * ```
   */
  readonly par_each: "par_each(xs: array, f: function, [limit: int]) -> promise";
  /**
   * How many tasks parallel_map runs at a time.
   *
   * ```ruff
   * get_task_pool_size()  # 256
   * ```
   */
  readonly get_task_pool_size: "get_task_pool_size() -> int";
  /**
   * Sets how many tasks parallel_map runs at a time; gives the old number.
   *
   * ```ruff
   * set_task_pool_size(8)  # 256
   * ```
   */
  readonly set_task_pool_size: "set_task_pool_size(n: int) -> int";
  /**
   * Starts a task that calls f().
   *
   * ```ruff
   * await spawn_task(func() { return 6 * 7 })  # 42
   * ```
   */
  readonly spawn_task: "spawn_task(f: function) -> promise";
  /**
   * Waits for the task and gives its result.
   *
   * ```ruff
   * await_task(spawn_task(func() { return 6 * 7 }))  # 42
   * ```
   */
  readonly await_task: "await_task(p: promise) -> value";
  /**
   * Cancels the task; true if it was still running.
   *
   * ```ruff
   * cancel_task(spawn_task(func() { sleep(50) }))  # true
   * ```
   */
  readonly cancel_task: "cancel_task(p: promise) -> bool";
  /**
   * Cancels the task or host operation behind a promise.
   *
   * ```ruff
   * p := async_sleep(50)
   * cancel(p)
   * task_status(p)  # cancelled
   * ```
   */
  readonly cancel: "cancel(p: promise) -> null";
  /**
   * pending, resolved, rejected or cancelled.
   *
   * ```ruff
   * task_status(async_sleep(10))  # pending
   * ```
   */
  readonly task_status: "task_status(p: promise) -> string";
  /**
   * Lets the other tasks that are ready go first.
   *
   * ```ruff
   * spawn { yield_now() print("task") }
   * yield_now()  # task
   * ```
   */
  readonly yield_now: "yield_now() -> null";
  /**
   * A channel: unbounded, or of that capacity.
   *
   * ```ruff
   * ch := channel(1)
   * ch.send("hi")
   * ch.receive()  # hi
   * ```
   */
  readonly channel: "channel([capacity: int]) -> channel";
  /**
   * The channel that the host knows under that name.
   *
   * ```ruff
   * channel_named("log").send("hi")
   * channel_named("log").receive()  # hi
   * ```
   */
  readonly channel_named: "channel_named(name: string) -> channel";
  /**
   * Puts a value into the channel; waits while it is full.
   *
   * ```ruff
   * ch := channel()
   * send(ch, 5)  # true
   * ```
   */
  readonly send: "send(ch: channel, v) -> true";
  /**
   * Takes the oldest value; waits for one; null once closed and drained.
   *
   * ```ruff
   * ch := channel()
   * ch.send(5)
   * receive(ch)  # 5
   * ```
   */
  readonly receive: "receive(ch: channel) -> value";
  /**
   * Puts a value into the channel if there is room.
   *
   * ```ruff
   * try_send(channel(1), 5)  # true
   * ```
   */
  readonly try_send: "try_send(ch: channel, v) -> bool";
  /**
   * Some(value) if there is one, else None.
   *
   * ```ruff
   * ch := channel()
   * ch.send(5)
   * try_receive(ch)  # Some(5)
   * ```
   */
  readonly try_receive: "try_receive(ch: channel) -> option";
  /**
   * Some(value), or None after that many milliseconds.
   *
   * ```ruff
   * receive_timeout(channel(), 10)  # None
   * ```
   */
  readonly receive_timeout: "receive_timeout(ch: channel, ms: num) -> option";
  /**
   * Closes the channel; what is in it can still be received. Ends a subscription.
   *
   * ```ruff
   * ch := channel()
   * close(ch)
   * ch.is_closed()  # true
   * ```
   */
  readonly close: "close(ch: channel or stream) -> null";
  /**
   * Whether the channel is closed.
   *
   * ```ruff
   * is_closed(channel())  # false
   * ```
   */
  readonly is_closed: "is_closed(ch: channel) -> bool";
  /**
   * [index, value] of the first channel with a value, or null.
   *
   * ```ruff
   * a := channel()
   * b := channel()
   * b.send("hi")
   * select([a, b])  # [1, hi]
   * ```
   */
  readonly select: "select(channels: array of channel, [timeout_ms: num or null]) -> array or null";
  /**
   * Stores a value that all tasks and scripts of the machine see.
   *
   * ```ruff
   * shared_set("seen", 3)
   * shared_get("seen")  # 3
   * ```
   */
  readonly shared_set: "shared_set(key: string, v) -> null";
  /**
   * The stored value; an error if there is none.
   *
   * ```ruff
   * shared_set("seen", [1, 2])
   * shared_get("seen")  # [1, 2]
   * ```
   */
  readonly shared_get: "shared_get(key: string) -> value";
  /**
   * Whether a value is stored under the key.
   *
   * ```ruff
   * shared_has("nothing")  # false
   * ```
   */
  readonly shared_has: "shared_has(key: string) -> bool";
  /**
   * Removes a stored value; whether there was one.
   *
   * ```ruff
   * shared_set("seen", 3)
   * shared_delete("seen")  # true
   * ```
   */
  readonly shared_delete: "shared_delete(key: string) -> bool";
  /**
   * Adds to a stored int, which starts at 0, and gives the new value.
   *
   * ```ruff
   * shared_add_int("hits", 2)
   * shared_add_int("hits", 3)  # 5
   * ```
   */
  readonly shared_add_int: "shared_add_int(key: string, n: int) -> int";
  /**
   * Takes the oldest event that nobody waited for; never waits.
   *
   * ```ruff
   * poll_event()  # null
   * ```
   */
  readonly poll_event: "poll_event() -> dict or null";
  /**
   * A promise of null once there is an event for poll_event to take.
   *
   * ```ruff
   * any_event()  # <promise pending>
   * ```
   */
  readonly any_event: "any_event() -> promise";
  /**
   * A promise of the next event of that name: type, name, data, time.
   *
   * ```ruff
   * next_event("order")  # <promise pending>
   * ```
   */
  readonly next_event: "next_event(name: string) -> promise";
  /**
   * All events of that name from now on, for `for await`.
   *
   * ```ruff
   * events("order")  # <stream>
   * ```
   */
  readonly events: "events(name: string) -> stream";
  /**
   * A promise of the next bar of a source; of null if it has ended.
   *
   * ```ruff
   * next_bar("BTC")  # <promise pending>
   * ```
   */
  readonly next_bar: "next_bar(source: string) -> promise";
  /**
   * The bars of a source, from the oldest in its buffer on, for `for await`.
   *
   * ```ruff
   * bars("BTC")  # <stream>
   * ```
   */
  readonly bars: "bars(source: string) -> stream";
  /**
   * A promise of null at the next tick; missed ticks count as one.
   *
   * ```ruff
   * start_ticker("clock", 10)
   * next_tick("clock")  # <promise pending>
   * ```
   */
  readonly next_tick: "next_tick(id: string) -> promise";
  /**
   * Begins to tick, the first time after one period.
   *
   * ```ruff
   * start_ticker("clock", 1000)  # null
   * ```
   */
  readonly start_ticker: "start_ticker(id: string, period_ms: num) -> null";
  /**
   * Ends a ticker; who waits for it gets an error of kind cancelled.
   *
   * ```ruff
   * stop_ticker("clock")  # null
   * ```
   */
  readonly stop_ticker: "stop_ticker(id: string) -> null";
  /**
   * Tells the host an event, in order with printed output.
   *
   * ```ruff
   * emit_event("saved", {"id": 7})  # null
   * ```
   */
  readonly emit_event: "emit_event(name: string, payload: null or bool or num or string or array or dict or struct or set or queue or stack or bytes or enum or result or option) -> null";
  /**
   * Tells the host an alert: severity, title, message, tags, data, id, time, all optional.
   *
   * ```ruff
   * emit_alert({"severity": "warn", "title": "Disk full", "tags": ["ops"]})  # null
   * ```
   */
  readonly emit_alert: "emit_alert(alert: dict or string) -> null";
  /**
   * A promise of the response: status, headers, body; options are headers and timeout in milliseconds.
   *
   * ```ruff
   * response := await async_http_get("https://example.com/")
   * response["status"]  # 200
   * ```
   */
  readonly async_http_get: "async_http_get(url: string, [options: dict]) -> promise";
  /**
   * Sends a body and gives a promise of the response, like async_http_get.
   *
   * ```ruff
   * options := {"headers": {"Content-Type": "application/json"}}
   * response := await async_http_post("https://example.com/", to_json([1]), options)
   * response["body"]  # POST [1]
   * ```
   */
  readonly async_http_post: "async_http_post(url: string, body: string or bytes, [options: dict]) -> promise";
  /**
   * A promise of the response to a request: url, method, headers, body, timeout in milliseconds.
   *
   * ```ruff
   * response := await async_http_request({"url": "https://example.com/", "method": "PUT"})
   * response["headers"]  # {"content-type": text/plain}
   * ```
   */
  readonly async_http_request: "async_http_request(request: dict) -> promise";
  /**
   * A promise of the text of a file.
   *
   * ```ruff
   * await async_read_file("pages/a.md")  # # A
   * ```
   */
  readonly async_read_file: "async_read_file(path: string) -> promise";
  /**
   * A promise of the bytes of a file.
   *
   * ```ruff
   * len(await async_read_bytes("pages/a.md"))  # 3
   * ```
   */
  readonly async_read_bytes: "async_read_bytes(path: string) -> promise";
  /**
   * Writes a file, with the directories it lies in; a promise of null.
   *
   * ```ruff
   * await async_write_file("site/a.html", "<h1>A</h1>")  # null
   * ```
   */
  readonly async_write_file: "async_write_file(path: string, content: string or bytes) -> promise";
  /**
   * A promise of the paths, in order, of all files whose paths begin with that.
   *
   * ```ruff
   * await async_list_files("pages/")  # [pages/a.md, pages/b.md]
   * ```
   */
  readonly async_list_files: "async_list_files(prefix: string) -> promise";
  /**
   * A promise of the texts of files, in order; at most limit are being read at once.
   *
   * ```ruff
   * await async_read_files(["pages/a.md", "pages/b.md"], 10)  # [# A, # B]
   * ```
   */
  readonly async_read_files: "async_read_files(paths: array of string, [limit: int]) -> promise";
  /**
   * Writes files, given as [path, content]; at most limit are being written at once.
   *
   * ```ruff
   * await async_write_files([["site/a.html", "A"], ["site/b.html", "B"]], 10)  # [null, null]
   * ```
   */
  readonly async_write_files: "async_write_files(pairs: array of array, [limit: int]) -> promise";
}

export type BuiltinName = keyof Builtins;
