package io.jpm.model.run;

/// Where an instance is in its life. The words are PM2's, since scripts read them from `jlist`.
public enum Phase {
  /// Not running, and nobody wants it to.
  STOPPED("stopped"),
  /// Waiting for the apps it depends on; or a process is being made, or has been made and is not
  /// ready yet.
  LAUNCHING("launching"),
  /// Running (and ready, where readiness is asked for).
  ONLINE("online"),
  /// Asked to end, or its main process has ended and others of its tree have not.
  STOPPING("stopping"),
  /// Ended, and to be started again when a delay is over.
  WAITING_RESTART("waiting restart"),
  /// Given up: the program cannot be started or ends too often. Only a command, the app's schedule
  /// or a change of its watched files leaves this phase.
  ERRORED("errored");

  private final String word;

  Phase(String word) {
    this.word = word;
  }

  /// PM2's word for this phase, as in the `status` column and in `jlist`.
  public String word() {
    return word;
  }

  /// The phase that PM2's `word` names.
  ///
  /// @throws IllegalArgumentException when no phase has this word
  public static Phase ofWord(String word) {
    for (Phase phase : values()) {
      if (phase.word.equals(word)) {
        return phase;
      }
    }
    throw new IllegalArgumentException("no phase is called \"" + word + "\"");
  }
}
