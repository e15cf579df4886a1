package io.jpm.bus.god;

import io.jpm.bus.BusMessage;
import io.jpm.model.AppName;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// The watched process files whose latest edit could not be applied.
///
/// @param rejectedFiles one entry for each of these files
public record ConfigWatchReply(List<RejectedFile> rejectedFiles) implements BusMessage {
  public ConfigWatchReply {
    rejectedFiles = List.copyOf(rejectedFiles);
  }

  /// A file whose latest edit could not be applied.
  ///
  /// @param file the absolute path
  /// @param apps the apps that were loaded from the file
  /// @param problems one or more sentences
  public record RejectedFile(Path file, Set<AppName> apps, List<String> problems) {
    public RejectedFile {
      apps = Set.copyOf(apps);
      problems = List.copyOf(problems);
    }

    /// Returns a one-line message for users.
    public String message() {
      String more = problems.size() == 1 ? "" : " (and %d more)".formatted(problems.size() - 1);
      String first = problems.getFirst();
      String place = first.startsWith(file.toString()) ? "" : file + ": ";
      return place + first + more + "; the latest edit of this file was not applied";
    }
  }
}
