package io.jpm.config;

import io.jpm.config.values.ConfigNode;
import io.jpm.config.values.Problem;
import io.jpm.config.values.Problems;
import io.jpm.config.values.SourceLocation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads `post_update` of a process file: the commands that run after the code of an app has been
/// replaced. PM2 has the same attribute.
public final class PostUpdateReader {
  private final String file;
  private final Problems problems;

  /// The commands of one app.
  ///
  /// @param commands the shell command lines, in order
  /// @param problems every mistake found; if there are any, there are no commands
  public record Outcome(List<String> commands, List<Problem> problems) {
    public Outcome {
      problems = List.copyOf(problems);
      commands = problems.isEmpty() ? List.copyOf(commands) : List.of();
    }
  }

  PostUpdateReader(String file, Problems problems) {
    this.file = file;
    this.problems = problems;
  }

  /// Returns the commands of the app with this name; empty if it has none or is not in the file.
  List<String> read(String app, ConfigNode root) {
    // Mistakes in the rest of the file are not reported here.
    List<ConfigNode.Obj> apps =
        new AppEntryFinder(file, new Problems())
            .apps(root).stream().map(AppEntryFinder.Entry::app).toList();
    for (ConfigNode.Obj one : apps) {
      Optional<ConfigNode> name = one.get("name");
      if (name.flatMap(ConfigNode::scalarText).filter(app::equals).isPresent()) {
        return one.get("post_update")
            .or(() -> one.get("postUpdate"))
            .map(this::commands)
            .orElse(List.of());
      }
    }
    return List.of();
  }

  private List<String> commands(ConfigNode value) {
    List<ConfigNode> parts = value instanceof ConfigNode.Arr list ? list.items() : List.of(value);
    List<String> commands = new ArrayList<>();
    for (ConfigNode part : parts) {
      if (part instanceof ConfigNode.Text text && !text.value().isBlank()) {
        commands.add(text.value());
      } else {
        problems.problem(
            part.line(),
            SourceLocation.location(file, part.line()) + ": post_update",
            part.displayText() + " is not a command: use text or a list, such as [\"npm ci\"]");
      }
    }
    return commands;
  }
}
