package io.jpm.console.store;

import io.jpm.console.cli.CommandFailure;
import io.jpm.model.AppName;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Parses and formats the keys of the store as PM2 users type them: names separated by `:` or `.`.
/// A name that contains either character must be quoted (`'"api.v1":PORT'`).
final class StoreKey {
  /// The maximum number of names in a key. It exceeds what users need and bounds the depth of the
  /// stored JSON.
  private static final int MOST_NAMES = 8;

  /// Names with a special meaning in JavaScript. PM2 does not allow them in its store either.
  private static final Set<String> RESERVED = Set.of("__proto__", "constructor", "prototype");

  private StoreKey() {}

  /// Returns the names that a key consists of, starting at the root.
  ///
  /// @throws CommandFailure if the key is not valid
  static List<String> path(String key) {
    List<String> names = names(key);
    if (names.stream().anyMatch(String::isEmpty)) {
      throw new CommandFailure(
          "key \"%s\" contains an empty name: use APP:KEY, with quotes around a name that contains . or :"
              .formatted(key));
    }
    if (names.size() > MOST_NAMES) {
      throw new CommandFailure(
          "key \"%s\" has too many names: use at most %d".formatted(shortened(key), MOST_NAMES));
    }
    names.stream()
        .filter(name -> RESERVED.contains(name) || name.contains("="))
        .findFirst()
        .ifPresent(name -> {
          throw new CommandFailure(
              "key \"%s\": %s"
                  .formatted(
                      key,
                      name.contains("=")
                          ? "a name must not contain =; use jpm set APP:KEY VALUE"
                          : "the name \"%s\" is reserved; choose another name".formatted(name)));
        });
    if (names.getFirst().equals(AppName.ALL)) {
      throw new CommandFailure(
          "key \"%s\": \"all\" stands for all keys; choose another name".formatted(key));
    }
    return names;
  }

  private static List<String> names(String key) {
    List<String> names = new ArrayList<>();
    StringBuilder name = new StringBuilder();
    char quote = 0;
    for (int i = 0; i < key.length(); i++) {
      char c = key.charAt(i);
      if (quote != 0 ? c == quote : c == '"' || c == '\'') {
        quote = quote == 0 ? c : 0;
      } else if (quote == 0 && (c == '.' || c == ':')) {
        names.add(name.toString());
        name.setLength(0);
      } else {
        name.append(c);
      }
    }
    if (quote != 0) {
      throw new CommandFailure(
          "key \"%s\" has an unclosed quote: add the closing quote".formatted(key));
    }
    names.add(name.toString());
    return names;
  }

  private static String shortened(String key) {
    return key.length() <= 40 ? key : key.substring(0, 40) + "…";
  }

  /// Returns the key that consists of these names. The inverse of [#path].
  static String of(List<String> path) {
    return path.stream()
        .map(name ->
            name.chars().noneMatch(c -> c == '.' || c == ':' || c == '\'')
                ? name
                : '"' + name + '"')
        .collect(Collectors.joining(":"));
  }
}
