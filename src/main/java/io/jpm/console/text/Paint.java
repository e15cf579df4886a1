package io.jpm.console.text;

/// Text styles for color terminals (`console_codes(4)`).
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

  /// Returns the SGR parameters; empty if there are none.
  public String codes() {
    return codes;
  }

  /// Returns `text` in this style; unchanged if `colors` is false.
  public String on(String text, boolean colors) {
    return !colors || codes.isEmpty() || text.isEmpty()
        ? text
        : "\u001b[" + codes + "m" + text + "\u001b[0m";
  }
}
