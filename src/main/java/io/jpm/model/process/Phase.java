package io.jpm.model.process;

/// The lifecycle phases of an instance. The spellings are those of PM2, because scripts read them
/// from `jlist`.
public enum Phase {
  /// Not running, and not meant to run.
  STOPPED("stopped"),
  /// Waiting for apps that this app depends on, or its process is being created or is not ready
  /// yet.
  LAUNCHING("launching"),
  /// Running, and ready if the app has a readiness policy.
  ONLINE("online"),
  /// Being stopped, or the main process has exited while other processes of its tree still run.
  STOPPING("stopping"),
  /// Exited, and will be restarted after a delay.
  WAITING_RESTART("waiting restart"),
  /// Given up: the program cannot be started or exits too often. The instance leaves this phase
  /// only through a command, the app's schedule or a change to its watched files.
  ERRORED("errored");

  private final String word;

  Phase(String word) {
    this.word = word;
  }

  /// Returns PM2's name for the phase, as in the `status` column and in `jlist`.
  public String keyword() {
    return word;
  }

  /// Returns the phase that PM2 calls `word`.
  ///
  /// @throws IllegalArgumentException if there is none
  public static Phase ofKeyword(String word) {
    for (Phase phase : values()) {
      if (phase.word.equals(word)) {
        return phase;
      }
    }
    throw new IllegalArgumentException("unknown phase \"" + word + "\"");
  }
}
