package io.jpm.os;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Everything a new process is made of. Standard input is `/dev/null`; no other descriptor is
/// inherited.
///
/// @param program the file to execute, absolute
/// @param argv the argument vector, program name first
/// @param environment the whole environment; the host adds [#TAG_VARIABLE] and nothing else
/// @param cwd working directory, absolute
/// @param out where standard output goes
/// @param error where standard error goes
/// @param tag marks the process and all it forks, through the environment:
///   `<home>:<instance>:<generation>`
public record SpawnRequest(
    Path program,
    List<String> argv,
    Map<String, String> environment,
    Path cwd,
    LogPipe out,
    LogPipe error,
    String tag) {
  /// The environment variable that carries the tag.
  public static final String TAG_VARIABLE = "JPM_TAG";

  public SpawnRequest {
    argv = List.copyOf(argv);
    environment = Map.copyOf(environment);
  }
}
