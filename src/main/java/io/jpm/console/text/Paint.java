package io.jpm.console.text;

/// How a piece of text looks on a terminal with colours (`console_codes(4)`).
public enum Paint {
  PLAIN(""),
  BOLD("1"),
  HEADER("1;36"),
  GREEN("32"),
  BOLD_GREEN("1;32"),
  RED("31"),
  BOLD_RED("1;31"),
  BLUE("34"),
  YELLOW("33"),
  BOLD_YELLOW("1;33"),
  DIM("90");

  private final String codes;

  Paint(String codes) {
    this.codes = codes;
  }

  /// The parameters of SGR; empty: none.
  public String codes() {
    return codes;
  }

  /// `text` in this paint; unchanged when `colors` is false.
  public String on(String text, boolean colors) {
    return !colors || codes.isEmpty() || text.isEmpty()
        ? text
        : "\u001b[" + codes + "m" + text + "\u001b[0m";
  }
}
