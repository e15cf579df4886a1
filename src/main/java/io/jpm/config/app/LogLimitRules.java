package io.jpm.config.app;

import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.LogAmounts;
import io.jpm.config.values.Node;
import io.jpm.model.LogLimits;
import io.jpm.spec.AppKey;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Reads the limits that an app sets for its log files (`logs`).
final class LogLimitRules {
  private static final String MAX_SIZE = "max_size";
  private static final String ROTATE_EVERY = "rotate_every";
  private static final String KEEP = "keep";
  private static final String MAX_AGE = "max_age";
  private static final String MAX_TOTAL = "max_total";
  private static final String COMPRESS = "compress";
  private static final String WHEN_FULL = "when_full";
  private static final List<String> PARTS =
      List.of(MAX_SIZE, ROTATE_EVERY, KEEP, MAX_AGE, MAX_TOTAL, COMPRESS, WHEN_FULL);

  private final AttributeReader attributeReader;
  private final Map<String, Node.Member> written = new HashMap<>();

  LogLimitRules(AttributeReader attributeReader) {
    this.attributeReader = attributeReader;
  }

  /// Reads the limits. Must be called at most once.
  LogLimits.Wish read() {
    attributeReader.node(AppKey.LOGS).ifPresent(this::sort);
    return new LogLimits.Wish(
        part(MAX_SIZE, LogAmounts.SIZE, LogAmounts::size),
        part(ROTATE_EVERY, LogAmounts.TIME, LogAmounts::time),
        part(KEEP, LogAmounts.COUNT, LogAmounts::count),
        part(MAX_AGE, LogAmounts.TIME, LogAmounts::time),
        part(MAX_TOTAL, LogAmounts.SIZE, LogAmounts::size),
        part(COMPRESS, "true or false", LogAmounts::flag),
        part(WHEN_FULL, LogAmounts.WHEN_FULL, LogAmounts::whenFull));
  }

  private void sort(Node node) {
    if (!(node instanceof Node.Obj object)) {
      attributeReader.refuse(
          AppKey.LOGS,
          node.shown() + " is not an object: use {\"max_size\": \"50M\", \"keep\": 10}");
      return;
    }
    for (Node.Member member : object.members()) {
      String name = snakeCase(member.key());
      if (!PARTS.contains(name)) {
        attributeReader.refusePart(
            AppKey.LOGS, member.value(), "", AttributeReader.unknown(member.key(), PARTS));
        continue;
      }
      Node.Member earlier = written.putIfAbsent(name, member);
      if (earlier != null) {
        attributeReader.refusePart(
            AppKey.LOGS,
            member.value(),
            "." + member.key(),
            "is already given, as \"" + earlier.key() + "\"");
      }
    }
  }

  private static String snakeCase(String key) {
    return key.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
  }

  private <T> Optional<T> part(String name, String form, Function<Node, Optional<T>> reading) {
    Node.Member member = written.get(name);
    if (member == null || member.value() instanceof Node.Nil) {
      return Optional.empty();
    }
    Optional<T> value = reading.apply(member.value());
    if (value.isEmpty()) {
      attributeReader.refusePart(
          AppKey.LOGS,
          member.value(),
          "." + member.key(),
          member.value().shown() + " is not valid: use " + form);
    }
    return value;
  }
}
