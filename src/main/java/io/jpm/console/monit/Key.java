package io.jpm.console.monit;

/// A pressed key.
public sealed interface Key {
  /// A key that produces a character.
  ///
  /// @param point the code point of the character
  record Typed(int point) implements Key {}

  /// A key that does not produce a character.
  enum Named implements Key {
    UP,
    DOWN,
    LEFT,
    RIGHT,
    PAGE_UP,
    PAGE_DOWN,
    HOME,
    END,
    ENTER,
    TAB,
    BACKSPACE,
    ESCAPE,
    INTERRUPT
  }
}
