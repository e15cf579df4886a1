package io.jpm.spec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The accepted spellings of the keys of a process file: canonical names and aliases, each in
/// snake_case and camelCase.
final class KeySpellings {
  private KeySpellings() {}

  /// Maps every spelling to its key, canonical names first.
  static Map<String, AppKey> all(AppKey... keys) {
    Map<String, AppKey> all = new LinkedHashMap<>();
    Arrays.stream(keys).forEach(key -> all.put(key.key(), key));
    for (AppKey key : keys) {
      List<String> names = new ArrayList<>(key.aliases());
      names.add(key.key());
      names.forEach(name -> all.putIfAbsent(name, key));
      names.forEach(name -> all.putIfAbsent(camelCase(name), key));
    }
    return Collections.unmodifiableMap(all);
  }

  private static String camelCase(String snake) {
    StringBuilder camel = new StringBuilder();
    for (int i = 0; i < snake.length(); i++) {
      boolean wordBegins = i > 0 && snake.charAt(i - 1) == '_';
      if (snake.charAt(i) != '_') {
        camel.append(wordBegins ? Character.toUpperCase(snake.charAt(i)) : snake.charAt(i));
      }
    }
    return camel.toString();
  }
}
