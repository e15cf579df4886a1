package io.jpm.console.text;

import io.jpm.bus.access.IssuedToken;
import io.jpm.console.text.Grid.Column;
import java.util.List;

/// Draws the table of `jpm token ls`.
public final class TokenTable {
  private static final List<Column> COLUMNS =
      List.of(
          new Column("name", 0, 0, false),
          new Column("role", 0, 0, false),
          new Column("apps", 0, 0, true),
          new Column("created", 0, 2, false),
          new Column("expires", 0, 1, false));

  private TokenTable() {}

  /// Returns the table, with one row per token.
  public static String of(List<IssuedToken> tokens, TextStyle textStyle) {
    return new Grid(COLUMNS, tokens.stream().map(TokenTable::row).toList()).draw(textStyle);
  }

  private static List<Cell> row(IssuedToken token) {
    String apps =
        token.apps().isEmpty() ? "all" : String.join(", ", token.apps().stream().sorted().toList());
    return List.of(
        new Cell(token.name(), Paint.BOLD),
        new Cell(token.role().keyword(), Paint.PLAIN),
        new Cell(apps, Paint.PLAIN),
        new Cell(token.created().toString(), Paint.PLAIN),
        new Cell(token.expires().map(Object::toString).orElse("never"), Paint.PLAIN));
  }
}
