package io.jpm.model;

import java.util.Arrays;
import java.util.Optional;

/// How the instances of an app in cluster mode share their listening sockets (`balance` in a
/// process file).
public enum BalancingMode {
  /// jpm selects the mode according to the kind of program.
  AUTO("auto"),
  /// Node's own cluster protocol: the daemon holds the listening sockets and passes them to the
  /// workers.
  NODE("node"),
  /// A Java agent binds the server sockets of the JVM to inherited sockets.
  JVM("jvm"),
  /// Socket activation, `sd_listen_fds(3)`: the instances inherit the sockets listed under
  /// `listen`.
  LISTEN_FDS("listen_fds"),
  /// Each instance listens on its own `PORT`, and the daemon forwards connections.
  PROXY("proxy"),
  /// No sockets are shared; the instances run independently.
  OFF("off");

  private final String word;

  BalancingMode(String word) {
    this.word = word;
  }

  /// Returns the keyword for this mode in process files.
  public String keyword() {
    return word;
  }

  /// Returns the mode for `word`, the spelling in process files; empty if there is none.
  public static Optional<BalancingMode> ofKeyword(String word) {
    return Arrays.stream(values()).filter(it -> it.word.equals(word)).findFirst();
  }
}
