package io.jpm.os.linux.proc;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/// A process tag, `<home>:<instance>:<generation>`, by which the processes of a tree are
/// recognized. A tree consists of processes with the same tag and of processes with the tag of an
/// earlier generation of the same instance, which can only be leftovers. A process of a later
/// generation does not belong to the tree, because during a rollout it replaces the process of this
/// generation.
///
/// The name of the instance may end with a secret, `-` and 32 hexadecimal digits, so that no other
/// program can guess the tag. The secret is present only in the environment of the tree, never in
/// the name of a file or cgroup or in a log ([#withoutSecret]).
///
/// @param text the complete tag
public record ProcessTag(String text) {
  private static final Pattern SECRET = Pattern.compile("-[0-9a-f]{32}$");
  private static final String OF_HOOKS = "hook ";
  private static final String OF_STOP_COMMANDS = "stop ";

  /// Returns the tag without its secret, so that the secret never appears in a log.
  @Override
  public String toString() {
    return withoutSecret(text);
  }

  /// Returns `tag` without its secret, in the form that users and other processes may see.
  public static String withoutSecret(String tag) {
    String instance = instance(tag);
    return SECRET.matcher(instance).replaceFirst("") + tag.substring(instance.length());
  }

  /// Returns the part that all generations have in common, `<home>:<instance>`.
  static String instance(String tag) {
    int colon = tag.lastIndexOf(':');
    return colon < 0 ? tag : tag.substring(0, colon);
  }

  /// Returns the log pipes of the instance, hook or stop command that `tag` names; empty if the tag
  /// is not valid.
  static List<Path> pipes(String tag) {
    String home = home(tag);
    if (!home.startsWith("/")) {
      return List.of();
    }
    String name = instance(withoutSecret(tag)).substring(home.length() + 1);
    if (name.startsWith(OF_STOP_COMMANDS)) {
      name = name.substring(OF_STOP_COMMANDS.length());
    }
    if (name.indexOf('/') >= 0) {
      return List.of();
    }
    Path folder = Path.of(home);
    if (name.startsWith(OF_HOOKS)) {
      return List.of(folder.resolve("hooks").resolve(name.substring(OF_HOOKS.length())));
    }
    Path pipes = folder.resolve("fifo");
    return List.of(pipes.resolve(name + ".out"), pipes.resolve(name + ".err"));
  }

  /// Reports whether a process with the tag `other` belongs to this tree.
  public boolean owns(String other) {
    if (other.equals(text)) {
      return true;
    }
    int prefix = text.lastIndexOf(':') + 1;
    if (prefix == 0 || !other.startsWith(text.substring(0, prefix))) {
      return false;
    }
    // The text after the prefix must be a number, because a home may also contain colons.
    OptionalLong mine = generation(text.substring(prefix));
    OptionalLong others = generation(other.substring(prefix));
    return mine.isPresent() && others.isPresent() && others.getAsLong() < mine.getAsLong();
  }

  /// Returns the home in `tag`, which is the text before the second to last colon; empty if there
  /// is none.
  public static String home(String tag) {
    int generation = tag.lastIndexOf(':');
    int instance = generation < 1 ? -1 : tag.lastIndexOf(':', generation - 1);
    return instance < 0 ? "" : tag.substring(0, instance);
  }

  /// Parses the generation, the part of a tag after its last colon; empty if `digits` is not a
  /// valid generation.
  static OptionalLong generation(String digits) {
    boolean number = !digits.isEmpty() && digits.length() <= 18;
    for (int i = 0; number && i < digits.length(); i++) {
      number = digits.charAt(i) >= '0' && digits.charAt(i) <= '9';
    }
    return number ? OptionalLong.of(Long.parseLong(digits)) : OptionalLong.empty();
  }
}
