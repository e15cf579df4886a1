package io.jpm.config.app;

import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.ConfigNode;
import io.jpm.config.values.Durations;
import io.jpm.config.values.Sizes;
import io.jpm.model.ResourceLimits;
import io.jpm.spec.AppKey;
import io.jpm.spec.ResourceName;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Reads `limits`: the resource limits that the kernel enforces for an app.
final class ResourceRules {
  private static final String MEMORY = "memory";
  private static final String MEMORY_HIGH = "memory_high";
  private static final String CPU = "cpu";

  /// The limit `cpu` of `setrlimit(2)` is a time. It has another name in process files, where `cpu`
  /// is a number of cores.
  private static final String CPU_TIME = "cpu_time";

  private static final List<String> PARTS = parts();

  /// The maximum of `cpu`. No machine has this many cores, and much larger values would overflow in
  /// the kernel.
  private static final int MOST_CORES = 10_000;

  /// The minimum memory limit, in bytes. A program cannot start with a lower limit.
  private static final long LEAST_MEMORY = 1L << 20;

  private static final Pattern WITH_UNIT = Pattern.compile("[0-9]+[KMG]");
  private static final String UNLIMITED = "unlimited";

  private final AttributeReader attributeReader;
  private OptionalLong memory = OptionalLong.empty();
  private OptionalLong memoryHigh = OptionalLong.empty();
  private OptionalDouble cpu = OptionalDouble.empty();
  private final Map<String, Long> resources = new TreeMap<>();

  ResourceRules(AttributeReader attributeReader) {
    this.attributeReader = attributeReader;
  }

  private static List<String> parts() {
    List<String> parts = new ArrayList<>(List.of(MEMORY, MEMORY_HIGH, CPU, CPU_TIME));
    ResourceName.SIZES.stream().sorted().forEach(parts::add);
    ResourceName.NUMBERS.stream().sorted().forEach(parts::add);
    return List.copyOf(parts);
  }

  /// Reads the limits. Must be called at most once.
  ResourceLimits read() {
    Optional<ConfigNode> node = attributeReader.node(AppKey.LIMITS);
    if (node.isEmpty()) {
      return ResourceLimits.NONE;
    }
    if (node.get() instanceof ConfigNode.Obj object) {
      readParts(object);
      if (memory.isPresent() && memoryHigh.orElse(0) > memory.getAsLong()) {
        attributeReader.refuse(
            AppKey.LIMITS,
            ".memory_high",
            "is greater than memory and would never take effect: use a lower value");
      }
    } else {
      attributeReader.refuse(
          AppKey.LIMITS,
          node.get().displayText()
              + " is not an object: use {\"memory\": \"512M\", \"nofile\": 65536}");
    }
    return new ResourceLimits(memory, memoryHigh, cpu, resources);
  }

  private void readParts(ConfigNode.Obj object) {
    Set<String> seen = new HashSet<>();
    for (ConfigNode.Member member : object.members()) {
      String name = member.key().replaceAll("(?<=[a-z])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
      if (!PARTS.contains(name)) {
        attributeReader.refusePart(
            AppKey.LIMITS, member.value(), "", AttributeReader.unknown(member.key(), PARTS));
      } else if (!seen.add(name)) {
        refuse(member, "is set twice: keep only one value");
      } else if (!(member.value() instanceof ConfigNode.Nil)) {
        readPart(name, member);
      }
    }
  }

  private void readPart(String name, ConfigNode.Member member) {
    switch (name) {
      case MEMORY -> memory = memory(member);
      case MEMORY_HIGH -> memoryHigh = memory(member);
      case CPU -> cpu = cores(member);
      case CPU_TIME ->
          put("cpu", limit(member, seconds(member.value()), "a duration of 1s or more"));
      default ->
          put(
              name,
              ResourceName.isSize(name)
                  ? limit(member, size(member.value()), "a size with its unit, such as \"64M\"")
                  : limit(member, number(member.value()), "a whole number"));
    }
  }

  private void put(String resource, OptionalLong limit) {
    limit.ifPresent(value -> resources.put(resource, value));
  }

  private OptionalLong memory(ConfigNode.Member member) {
    OptionalLong bytes = size(member.value());
    if (bytes.orElse(0) < LEAST_MEMORY) {
      refuse(
          member,
          member.value().displayText()
              + " is not valid: use a size of 1M or more, such as \"512M\"");
      return OptionalLong.empty();
    }
    return bytes;
  }

  private OptionalDouble cores(ConfigNode.Member member) {
    Optional<BigDecimal> cores =
        ConfigNode.scalarText(member.value()).flatMap(ResourceRules::decimal);
    boolean fine =
        cores
            .filter(value -> value.compareTo(new BigDecimal("0.01")) >= 0)
            .filter(value -> value.compareTo(BigDecimal.valueOf(MOST_CORES)) <= 0)
            .isPresent();
    if (!fine) {
      refuse(
          member,
          member.value().displayText() + " is not valid: use a number of cores, such as 1.5");
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(cores.get().doubleValue());
  }

  private static Optional<BigDecimal> decimal(String text) {
    try {
      return Optional.of(new BigDecimal(text));
    } catch (NumberFormatException noNumber) {
      return Optional.empty();
    }
  }

  /// Returns the limit, or −1 for `unlimited`.
  private OptionalLong limit(ConfigNode.Member member, OptionalLong value, String form) {
    if (member.value() instanceof ConfigNode.Text text && text.value().equals(UNLIMITED)) {
      return OptionalLong.of(-1);
    }
    if (value.isEmpty()) {
      refuse(
          member,
          member.value().displayText()
              + " is not valid: use "
              + form
              + ", or \""
              + UNLIMITED
              + "\"");
    }
    return value;
  }

  /// Reads a size. A number without a unit is rejected, because users confuse bytes and megabytes;
  /// only 0 may be written without one.
  private static OptionalLong size(ConfigNode configNode) {
    if (AttributeReader.whole(configNode).orElse(1) == 0) {
      return OptionalLong.of(0);
    }
    return configNode instanceof ConfigNode.Text text && WITH_UNIT.matcher(text.value()).matches()
        ? Sizes.parse(text.value())
        : OptionalLong.empty();
  }

  private static OptionalLong number(ConfigNode configNode) {
    return AttributeReader.whole(configNode).stream().filter(count -> count >= 0).findFirst();
  }

  private static OptionalLong seconds(ConfigNode configNode) {
    return configNode instanceof ConfigNode.Text text
        ? Durations.parse(text.value()).stream()
            .mapToLong(Duration::toSeconds)
            .filter(count -> count > 0)
            .findFirst()
        : OptionalLong.empty();
  }

  private void refuse(ConfigNode.Member member, String what) {
    attributeReader.refusePart(AppKey.LIMITS, member.value(), "." + member.key(), what);
  }
}
