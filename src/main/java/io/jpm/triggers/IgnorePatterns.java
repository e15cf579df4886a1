package io.jpm.triggers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.eclipse.jgit.ignore.FastIgnoreRule;

/// Ignore patterns with the syntax of `.gitignore`, relative to one directory. A leading `./`,
/// which git does not support, refers to that directory. Entries of an ignored directory are not
/// tested, because the directory is not read.
final class IgnorePatterns {
  private final Path root;
  private final List<FastIgnoreRule> rules = new ArrayList<>();

  /// @param onTrouble receives a message for each invalid pattern; the other patterns are still
  ///   used
  IgnorePatterns(Path root, List<String> patterns, Consumer<String> onTrouble) {
    this.root = root;
    for (String pattern : patterns) {
      var rule = new FastIgnoreRule(pattern.startsWith("./") ? pattern.substring(1) : pattern);
      if (!rule.isEmpty()) {
        rules.add(rule);
      } else if (!pattern.isBlank() && !pattern.startsWith("#")) {
        onTrouble.accept("ignore_watch: %s is not a valid .gitignore pattern".formatted(pattern));
      }
    }
  }

  /// Reports whether the path is ignored. The last matching pattern decides.
  boolean matches(Path path, boolean directory) {
    String relative = root.relativize(path).toString();
    for (int i = rules.size() - 1; i >= 0; i--) {
      if (rules.get(i).isMatch(relative, directory, true)) {
        return rules.get(i).getResult();
      }
    }
    return false;
  }
}
