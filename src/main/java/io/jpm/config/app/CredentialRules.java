package io.jpm.config.app;

import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.ConfigNode;
import io.jpm.model.ReadOnlyPath;
import io.jpm.model.RunAs;
import io.jpm.model.Sandbox;
import io.jpm.model.Seccomp;
import io.jpm.spec.AppKey;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/// Reads the user, group, priority, umask and sandbox of an app. The existence of the user and the
/// permission to switch to it are checked when the app is started.
final class CredentialRules {
  private static final int LEAST_URGENT = 19;
  private static final int MOST_URGENT = -20;

  /// Matches the user and group names that `useradd(8)` allows, and those of directory services.
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.@\\\\-]*\\$?");

  /// The largest valid id. The next one, 2^32 - 1, is -1 in system calls such as `setresuid(2)`,
  /// where it means "no change".
  private static final long LARGEST_ID = 0xFFFF_FFFEL;

  private static final Pattern MASK = Pattern.compile("(?:0o)?([0-7]{1,4})");
  private static final int LARGEST_MASK = 0777;
  private static final int MOST_PATHS = 100;

  private final AttributeReader attributeReader;

  CredentialRules(AttributeReader attributeReader) {
    this.attributeReader = attributeReader;
  }

  RunAs read() {
    OptionalInt nice =
        attributeReader
            .number(AppKey.NICE, MOST_URGENT, LEAST_URGENT)
            .map(OptionalInt::of)
            .orElse(OptionalInt.empty());
    Optional<Boolean> noNewPrivileges =
        attributeReader.node(AppKey.NO_NEW_PRIVILEGES).isPresent()
            ? Optional.of(attributeReader.flag(AppKey.NO_NEW_PRIVILEGES, true))
            : Optional.empty();
    boolean privateTmp = attributeReader.flag(AppKey.PRIVATE_TMP, false);
    return new RunAs(
        account(AppKey.UID, "user"),
        account(AppKey.GID, "group"),
        nice,
        mask(),
        new Sandbox(
            noNewPrivileges, capabilities(), seccomp(), privateTmp, readOnlyPaths(privateTmp)));
  }

  private Seccomp seccomp() {
    if (attributeReader.node(AppKey.SECCOMP).orElse(null)
        instanceof ConfigNode.Bool(int _, boolean on)) {
      return on ? Seccomp.DEFAULT : Seccomp.NONE;
    }
    return attributeReader
        .word(AppKey.SECCOMP, Seccomp::ofWord, Seccomp.words(), "a system call filter")
        .orElse(Seccomp.NONE);
  }

  private List<ReadOnlyPath> readOnlyPaths(boolean privateTmp) {
    AppKey key = AppKey.READ_ONLY_PATHS;
    Set<ReadOnlyPath> paths = new LinkedHashSet<>();
    for (String word : words(key).orElse(List.of())) {
      Optional<ReadOnlyPath> path = ReadOnlyPath.parse(word);
      if (path.isEmpty()) {
        attributeReader.refuse(
            key,
            "\"%s\" is not a normalized absolute path: use \"/path\" without . or .., or \"-/path\""
                    .formatted(word)
                + " for an optional path");
      } else if (privateTmp && Sandbox.TEMPORARY.stream().anyMatch(path.get().path()::startsWith)) {
        attributeReader.refuse(
            key,
            "\"%s\" has no effect, because private_tmp hides it: remove the path or private_tmp"
                .formatted(word));
      } else {
        paths.add(path.get());
      }
    }
    if (paths.size() > MOST_PATHS) {
      attributeReader.refuse(
          key,
          "contains more than " + MOST_PATHS + " paths: list their parent directories instead");
    }
    return List.copyOf(paths);
  }

  private Optional<List<String>> capabilities() {
    Optional<List<String>> words = words(AppKey.CAPABILITIES);
    if (words.isEmpty()) {
      return Optional.empty();
    }
    List<String> names = new ArrayList<>();
    for (String word : words.get()) {
      Optional<String> name = Sandbox.capability(word);
      if (name.isEmpty()) {
        attributeReader.refuse(
            AppKey.CAPABILITIES,
            "\"%s\" is not a capability: use names from capabilities(7), such as net_bind_service"
                .formatted(word));
      }
      name.filter(it -> !names.contains(it)).ifPresent(names::add);
    }
    return Optional.of(names);
  }

  /// Returns the words of a value; empty if the value is absent or invalid. An invalid value is
  /// recorded as a problem.
  private Optional<List<String>> words(AppKey key) {
    int before = attributeReader.problems();
    List<String> words = attributeReader.words(key);
    boolean usable = attributeReader.node(key).isPresent() && attributeReader.problems() == before;
    return usable ? Optional.of(words) : Optional.empty();
  }

  private Optional<String> account(AppKey key, String what) {
    Optional<ConfigNode> node = attributeReader.node(key);
    if (node.isEmpty()) {
      return Optional.empty();
    }
    OptionalLong id = AttributeReader.whole(node.get());
    if (id.isPresent() && id.getAsLong() >= 0 && id.getAsLong() <= LARGEST_ID) {
      return Optional.of(Long.toString(id.getAsLong()));
    }
    if (node.get() instanceof ConfigNode.Text text && NAME.matcher(text.value()).matches()) {
      return Optional.of(text.value());
    }
    attributeReader.refuse(
        key, "%s is not a %s: use a name or a number".formatted(node.get().displayText(), what));
    return Optional.empty();
  }

  /// Reads octal digits, written as a text or as a number: `22` means the same as `"022"`.
  private OptionalInt mask() {
    Optional<ConfigNode> node = attributeReader.node(AppKey.UMASK);
    if (node.isEmpty()) {
      return OptionalInt.empty();
    }
    var matcher = MASK.matcher(ConfigNode.scalarText(node.get()).orElse("").strip());
    int mask = matcher.matches() ? Integer.parseInt(matcher.group(1), 8) : LARGEST_MASK + 1;
    if (mask > LARGEST_MASK) {
      attributeReader.refuse(
          AppKey.UMASK,
          node.get().displayText()
              + " is not a umask: use octal digits from 0 to 777, such as \"027\"");
      return OptionalInt.empty();
    }
    return OptionalInt.of(mask);
  }
}
