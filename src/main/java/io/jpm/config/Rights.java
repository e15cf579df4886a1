package io.jpm.config;

import io.jpm.model.RunAs;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/// Reads the rights and priority of an app. Whether there is such a user, and whether the daemon
/// may become it, shows when the app is started.
final class Rights {
  private static final int LEAST_URGENT = 19;
  private static final int MOST_URGENT = -20;

  /// As `useradd(8)` allows them, and with the letters that directory services add.
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.@\\\\-]*\\$?");

  /// 2^32 - 1 means "nobody" to the calls that would set it, `setuid(2)`.
  private static final long LARGEST_ID = 0xFFFF_FFFEL;

  private static final Pattern MASK = Pattern.compile("(?:0o)?([0-7]{1,4})");
  private static final int LARGEST_MASK = 0777;

  private final Attributes attributes;

  Rights(Attributes attributes) {
    this.attributes = attributes;
  }

  RunAs read() {
    OptionalInt nice =
        attributes
            .number(AppKey.NICE, MOST_URGENT, LEAST_URGENT)
            .map(OptionalInt::of)
            .orElse(OptionalInt.empty());
    return new RunAs(account(AppKey.UID, "user"), account(AppKey.GID, "group"), nice, mask());
  }

  private Optional<String> account(AppKey key, String what) {
    Optional<Node> node = attributes.node(key);
    if (node.isEmpty()) {
      return Optional.empty();
    }
    OptionalLong id = Attributes.whole(node.get());
    if (id.isPresent() && id.getAsLong() >= 0 && id.getAsLong() <= LARGEST_ID) {
      return Optional.of(Long.toString(id.getAsLong()));
    }
    if (node.get() instanceof Node.Text text && NAME.matcher(text.value()).matches()) {
      return Optional.of(text.value());
    }
    attributes.refuse(
        key, "%s is no %s: use a name or a number".formatted(node.get().shown(), what));
    return Optional.empty();
  }

  /// The digits are octal, in text and in a number: `22` is `"022"`.
  private OptionalInt mask() {
    Optional<Node> node = attributes.node(AppKey.UMASK);
    if (node.isEmpty()) {
      return OptionalInt.empty();
    }
    var matcher = MASK.matcher(Node.scalarText(node.get()).orElse("").strip());
    int mask = matcher.matches() ? Integer.parseInt(matcher.group(1), 8) : LARGEST_MASK + 1;
    if (mask > LARGEST_MASK) {
      attributes.refuse(
          AppKey.UMASK,
          node.get().shown() + " is no umask: use octal digits from 0 to 777, such as \"027\"");
      return OptionalInt.empty();
    }
    return OptionalInt.of(mask);
  }
}
