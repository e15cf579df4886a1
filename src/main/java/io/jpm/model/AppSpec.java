package io.jpm.model;

import java.nio.file.Path;
import java.util.Map;

/// An app as its owner described it, complete and validated: nothing in it depends on who reads it,
/// where or when.
///
/// @param name the app's name
/// @param command what is run
/// @param cwd working directory, absolute
/// @param environment every variable the process gets, but for those that jpm adds at each start
/// @param instances how many processes, 1 or more
/// @param restart when to start again
/// @param stop how to end
/// @param logs where output goes
/// @param namespace PM2's grouping word, `default` unless set
/// @param autostart whether `start` of the whole file starts it
public record AppSpec(
    AppName name,
    Command command,
    Path cwd,
    Map<String, String> environment,
    int instances,
    RestartPolicy restart,
    StopPolicy stop,
    LogFiles logs,
    String namespace,
    boolean autostart) {
  /// More processes of one app than this are a typing mistake.
  public static final int MAX_INSTANCES = 10_000;

  public AppSpec {
    if (!cwd.isAbsolute()) {
      throw new IllegalArgumentException("cwd " + cwd + " is not absolute");
    }
    if (instances < 1 || instances > MAX_INSTANCES) {
      throw new IllegalArgumentException("instances " + instances + ": use 1 to " + MAX_INSTANCES);
    }
    environment = Map.copyOf(environment);
  }
}
