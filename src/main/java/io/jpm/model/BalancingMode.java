package io.jpm.model;

import java.util.Arrays;
import java.util.Optional;

/// The way in which the instances of an app in cluster mode come to share what they listen on
/// (`balance` in a process file).
public enum BalancingMode {
  /// By what the program is.
  AUTO("auto"),
  /// Node's own cluster protocol: the daemon holds the listening sockets and gives them to the
  /// workers.
  NODE("node"),
  /// A Java agent puts inherited sockets under the server's own.
  JVM("jvm"),
  /// Socket activation, `sd_listen_fds(3)`: the sockets of `listen` are inherited.
  LISTEN_FDS("listen_fds"),
  /// Each instance listens on a `PORT` of its own, and the daemon passes connections on.
  PROXY("proxy"),
  /// Nothing is shared; the instances run side by side.
  OFF("off");

  private final String word;

  BalancingMode(String word) {
    this.word = word;
  }

  /// The word in a process file.
  public String word() {
    return word;
  }

  /// The way that `word` names.
  public static Optional<BalancingMode> ofWord(String word) {
    return Arrays.stream(values()).filter(it -> it.word.equals(word)).findFirst();
  }
}
