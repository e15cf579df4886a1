package io.jpm.model;

import java.util.Arrays;
import java.util.Optional;

/// Which instance gets the next connection (`strategy` in a process file).
public enum Strategy {
  /// Whichever is quickest to take it: all wait on one socket. For [BalancingMode#NODE],
  /// [BalancingMode#JVM] and [BalancingMode#LISTEN_FDS].
  KERNEL("kernel"),
  /// Each in turn. For [BalancingMode#NODE], where the daemon then accepts, as PM2 does, and
  /// [BalancingMode#PROXY].
  ROUND_ROBIN("round_robin"),
  /// The one with the fewest open connections. For [BalancingMode#PROXY].
  LEAST_CONN("least_conn"),
  /// Always the same for one client address, as long as it is ready. For [BalancingMode#PROXY].
  IP_HASH("ip_hash");

  private final String word;

  Strategy(String word) {
    this.word = word;
  }

  /// The word in a process file.
  public String word() {
    return word;
  }

  /// The strategy that `word` names.
  public static Optional<Strategy> ofWord(String word) {
    return Arrays.stream(values()).filter(it -> it.word.equals(word)).findFirst();
  }
}
