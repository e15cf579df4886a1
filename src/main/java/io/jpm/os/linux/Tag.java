package io.jpm.os.linux;

import java.util.OptionalLong;

/// The mark on a tree, `<home>:<instance>:<generation>`, and which marks belong to it: the same
/// one, and those of earlier generations of the same instance, which can only be leftovers. A later
/// generation is not ours: in a reload it is the one that stays.
///
/// @param text the whole mark
record Tag(String text) {
  /// Whether a process that carries `other` is of this tree.
  boolean owns(String other) {
    if (other.equals(text)) {
      return true;
    }
    int prefix = text.lastIndexOf(':') + 1;
    if (prefix == 0 || !other.startsWith(text.substring(0, prefix))) {
      return false;
    }
    // What follows the prefix has to be a number alone: a home may hold colons too.
    OptionalLong mine = generation(text.substring(prefix));
    OptionalLong others = generation(other.substring(prefix));
    return mine.isPresent() && others.isPresent() && others.getAsLong() < mine.getAsLong();
  }

  /// The home in `tag`, its text up to the last colon but one; empty when it has none.
  static String home(String tag) {
    int generation = tag.lastIndexOf(':');
    int instance = generation < 1 ? -1 : tag.lastIndexOf(':', generation - 1);
    return instance < 0 ? "" : tag.substring(0, instance);
  }

  /// The generation that stands in a tag behind its last colon; empty when `digits` are no such
  /// number.
  static OptionalLong generation(String digits) {
    boolean number = !digits.isEmpty() && digits.length() <= 18;
    for (int i = 0; number && i < digits.length(); i++) {
      number = digits.charAt(i) >= '0' && digits.charAt(i) <= '9';
    }
    return number ? OptionalLong.of(Long.parseLong(digits)) : OptionalLong.empty();
  }
}
