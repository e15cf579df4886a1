package io.jpm.os.linux.proc;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/// The mark on a tree, `<home>:<instance>:<generation>`, and which marks belong to it: the same
/// one, and those of earlier generations of the same instance, which can only be leftovers. A later
/// generation is not ours: in a reload it is the one that stays.
///
/// What names an instance may end with a secret, `-` and 32 hexadecimal digits, by which nobody can
/// guess the tag. It stands in the environment of the tree and nowhere else: no name of a file or a
/// cgroup and no line of a log has it ([#withoutSecret]).
///
/// @param text the whole mark
public record Tag(String text) {
  private static final Pattern SECRET = Pattern.compile("-[0-9a-f]{32}$");
  private static final String OF_HOOKS = "hook ";
  private static final String OF_STOP_COMMANDS = "stop ";

  /// Without the secret: nobody is to see that.
  @Override
  public String toString() {
    return withoutSecret(text);
  }

  /// `tag` as people and other processes may see it.
  public static String withoutSecret(String tag) {
    String instance = instance(tag);
    return SECRET.matcher(instance).replaceFirst("") + tag.substring(instance.length());
  }

  /// What all generations have in common, `<home>:<instance>`.
  static String instance(String tag) {
    int colon = tag.lastIndexOf(':');
    return colon < 0 ? tag : tag.substring(0, colon);
  }

  /// The pipes that the main process of such a tag may print into.
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

  /// Whether a process that carries `other` is of this tree.
  public boolean owns(String other) {
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
  public static String home(String tag) {
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
