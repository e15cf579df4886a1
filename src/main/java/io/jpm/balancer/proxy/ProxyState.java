package io.jpm.balancer.proxy;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The ports of a process, which the journal keeps for the next daemon.
///
/// @param own the port on which the process listens
/// @param shared the port that clients connect to
record ProxyState(int own, int shared) {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,5}) ([0-9]{1,5})");

  /// Parses the result of [#toString].
  static Optional<ProxyState> of(String text) {
    Matcher matcher = FORM.matcher(text);
    return matcher.matches()
        ? Optional.of(
            new ProxyState(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return own + " " + shared;
  }
}
