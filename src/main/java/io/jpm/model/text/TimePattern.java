package io.jpm.model.text;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// Formats times according to a pattern with the tokens of PM2's `log_date_format` (those of
/// moment.js and day.js), such as `YYYY-MM-DD HH:mm:ss.SSS Z`. Names are in English, regardless of
/// the system's language.
///
/// The tokens are `YYYY YY MMMM MMM MM M Do DDDD DDD DD D dddd ddd dd d HH H hh h kk k mm m ss s
/// SSS SS S A a Z ZZ X x W WW E`; the longest token that matches is used. Brackets quote literal
/// text: `[Do]` stands for `Do`. All other characters are literal. Years before 0 and after 9999
/// are not supported.
///
/// This is not a record, because it also holds the compiled formatter. Two patterns with the same
/// text are equal.
public final class TimePattern {
  private static final Pattern PART =
      Pattern.compile(
          "\\[([^\\]]*)\\]|YYYY|YY|MMMM|MMM|MM|M|Do|DDDD|DDD|DD|D|dddd|ddd|dd|d|HH|H|hh|h|kk|k|mm|m"
              + "|ss|s|SSS|SS|S|A|a|ZZ|Z|X|x|WW|W|E|.",
          Pattern.DOTALL);

  /// The pattern of PM2's `time: true`.
  public static final TimePattern TIME = new TimePattern("YYYY-MM-DDTHH:mm:ss");

  private final String text;
  private final DateTimeFormatter formatter;

  /// Compiles a pattern.
  ///
  /// @param text the pattern, which may be any text
  public TimePattern(String text) {
    this.text = text;
    this.formatter = compiled(text);
  }

  /// Returns the pattern as configured.
  public String text() {
    return text;
  }

  /// Formats `time` in `zone`. Fast enough for each line of a log, and thread-safe.
  public String format(Instant time, ZoneId zone) {
    return formatter.format(time.atZone(zone));
  }

  private static DateTimeFormatter compiled(String text) {
    var builder = new DateTimeFormatterBuilder();
    Matcher part = PART.matcher(text);
    while (part.find()) {
      String literal = part.group(1);
      if (literal != null) {
        builder.appendLiteral(literal);
      } else {
        append(builder, part.group());
      }
    }
    return builder.toFormatter(Locale.ENGLISH);
  }

  private static void append(DateTimeFormatterBuilder builder, String token) {
    switch (token) {
      case "Z" -> builder.appendOffset("+HH:MM", "+00:00");
      case "ZZ" -> builder.appendOffset("+HHMM", "+0000");
      case "x" ->
          builder
              .appendValue(ChronoField.INSTANT_SECONDS)
              .appendValue(ChronoField.MILLI_OF_SECOND, 3);
      case "S", "SS", "SSS" ->
          builder.appendFraction(ChronoField.NANO_OF_SECOND, token.length(), token.length(), false);
      case "YYYY" -> builder.appendValue(ChronoField.YEAR, 4);
      case "YY" -> builder.appendValueReduced(ChronoField.YEAR, 2, 2, 2000);
      default -> {
        if (!appendName(builder, token) && !appendNumber(builder, token)) {
          builder.appendLiteral(token);
        }
      }
    }
  }

  private static boolean appendName(DateTimeFormatterBuilder builder, String token) {
    switch (token) {
      case "MMMM" -> builder.appendText(ChronoField.MONTH_OF_YEAR, TextStyle.FULL);
      case "MMM" -> builder.appendText(ChronoField.MONTH_OF_YEAR, TextStyle.SHORT);
      case "dddd" -> builder.appendText(ChronoField.DAY_OF_WEEK, TextStyle.FULL);
      case "ddd" -> builder.appendText(ChronoField.DAY_OF_WEEK, TextStyle.SHORT);
      case "dd" ->
          builder.appendText(
              ChronoField.DAY_OF_WEEK, names(1, "Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"));
      case "d" ->
          builder.appendText(ChronoField.DAY_OF_WEEK, names(1, "1", "2", "3", "4", "5", "6", "0"));
      case "Do" -> builder.appendText(ChronoField.DAY_OF_MONTH, ordinals());
      case "A" -> builder.appendText(ChronoField.AMPM_OF_DAY, names(0, "AM", "PM"));
      case "a" -> builder.appendText(ChronoField.AMPM_OF_DAY, names(0, "am", "pm"));
      default -> {
        return false;
      }
    }
    return true;
  }

  private static boolean appendNumber(DateTimeFormatterBuilder builder, String token) {
    switch (token) {
      case "MM" -> builder.appendValue(ChronoField.MONTH_OF_YEAR, 2);
      case "M" -> builder.appendValue(ChronoField.MONTH_OF_YEAR);
      case "DDDD" -> builder.appendValue(ChronoField.DAY_OF_YEAR, 3);
      case "DDD" -> builder.appendValue(ChronoField.DAY_OF_YEAR);
      case "DD" -> builder.appendValue(ChronoField.DAY_OF_MONTH, 2);
      case "D" -> builder.appendValue(ChronoField.DAY_OF_MONTH);
      case "HH" -> builder.appendValue(ChronoField.HOUR_OF_DAY, 2);
      case "H" -> builder.appendValue(ChronoField.HOUR_OF_DAY);
      case "hh" -> builder.appendValue(ChronoField.CLOCK_HOUR_OF_AMPM, 2);
      case "h" -> builder.appendValue(ChronoField.CLOCK_HOUR_OF_AMPM);
      case "kk" -> builder.appendValue(ChronoField.CLOCK_HOUR_OF_DAY, 2);
      case "k" -> builder.appendValue(ChronoField.CLOCK_HOUR_OF_DAY);
      case "mm" -> builder.appendValue(ChronoField.MINUTE_OF_HOUR, 2);
      case "m" -> builder.appendValue(ChronoField.MINUTE_OF_HOUR);
      case "ss" -> builder.appendValue(ChronoField.SECOND_OF_MINUTE, 2);
      case "s" -> builder.appendValue(ChronoField.SECOND_OF_MINUTE);
      case "X" -> builder.appendValue(ChronoField.INSTANT_SECONDS);
      case "WW" -> builder.appendValue(IsoFields.WEEK_OF_WEEK_BASED_YEAR, 2);
      case "W" -> builder.appendValue(IsoFields.WEEK_OF_WEEK_BASED_YEAR);
      case "E" -> builder.appendValue(ChronoField.DAY_OF_WEEK);
      default -> {
        return false;
      }
    }
    return true;
  }

  private static Map<Long, String> names(long first, String... names) {
    Map<Long, String> byNumber = new LinkedHashMap<>();
    IntStream.range(0, names.length).forEach(i -> byNumber.put(first + i, names[i]));
    return byNumber;
  }

  /// Returns the texts `1st`, `2nd`, … `31st` by number.
  private static Map<Long, String> ordinals() {
    Map<Long, String> days = new LinkedHashMap<>();
    LongStream.rangeClosed(1, 31)
        .forEach(day -> {
          String ending =
              day / 10 == 1
                  ? "th"
                  : switch ((int) day % 10) {
                    case 1 -> "st";
                    case 2 -> "nd";
                    case 3 -> "rd";
                    default -> "th";
                  };
          days.put(day, day + ending);
        });
    return days;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TimePattern pattern && text.equals(pattern.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
