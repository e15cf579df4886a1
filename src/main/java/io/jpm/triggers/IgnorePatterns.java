package io.jpm.triggers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.eclipse.jgit.ignore.FastIgnoreRule;

/// Patterns as in a `.gitignore`, relative to one directory; a leading `./`, which git does not
/// know, is that directory too. What is in an ignored directory is never asked for: it is not
/// looked into.
final class IgnorePatterns {
  private final Path root;
  private final List<FastIgnoreRule> rules = new ArrayList<>();

  /// @param onTrouble gets a sentence for each pattern that cannot be read; the others hold
  IgnorePatterns(Path root, List<String> patterns, Consumer<String> onTrouble) {
    this.root = root;
    for (String pattern : patterns) {
      var rule = new FastIgnoreRule(pattern.startsWith("./") ? pattern.substring(1) : pattern);
      if (!rule.isEmpty()) {
        rules.add(rule);
      } else if (!pattern.isBlank() && !pattern.startsWith("#")) {
        onTrouble.accept("ignore_watch: %s is not a pattern of .gitignore".formatted(pattern));
      }
    }
  }

  /// Whether the last pattern that fits says so.
  boolean ignore(Path path, boolean directory) {
    String relative = root.relativize(path).toString();
    for (int i = rules.size() - 1; i >= 0; i--) {
      if (rules.get(i).isMatch(relative, directory, true)) {
        return rules.get(i).getResult();
      }
    }
    return false;
  }
}
