package io.jpm.console.cli;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.jpm.bus.logs.LogFilter;
import io.jpm.console.text.LogLabels.Streams;
import io.jpm.console.text.LogStyle;
import io.jpm.model.AppName;
import io.jpm.model.text.TimePattern;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The options of `jpm logs`.
///
/// @param lines the number of past lines per log; [Long#MAX_VALUE] for all lines
/// @param filter the time range and pattern of the lines to print
/// @param streams the streams to print
/// @param style the format of lines
/// @param follow whether to print new lines after the past ones
/// @param includesDaemonLog whether to include the daemon's own log
public record LogsOptions(
    long lines,
    LogFilter filter,
    Streams streams,
    LogStyle style,
    boolean follow,
    boolean includesDaemonLog) {
  private static final int DEFAULT_LINES = 15;

  /// Matches text that contains at least one token of a time format.
  private static final Pattern TIME_TOKEN = Pattern.compile("YY|MM|DD|HH|hh|mm|ss|SSS|^[Xx]$");

  /// Matches a word that can only be a time format: its letters all belong to tokens such as
  /// `YYYY`.
  private static final Pattern TIME_FORMAT =
      Pattern.compile(
          "^[^A-Za-z]*((YYYY|YY|M{1,4}|D{1,4}|HH?|hh?|mm?|ss?|S{1,3}|ZZ?|[AaTXx])[^A-Za-z]*)+$");

  /// Returns the options that print only new output, without labels.
  public static LogsOptions fromNowOn() {
    return following(0, LogFilter.ALL, LogStyle.Kind.RAW);
  }

  /// Returns the options that print all output since `began` and follow new output, with labels.
  public static LogsOptions since(Instant began) {
    var filter = new LogFilter(Optional.of(began), Optional.empty(), Optional.empty(), false);
    return following(Long.MAX_VALUE, filter, LogStyle.Kind.LABELLED);
  }

  private static LogsOptions following(long lines, LogFilter filter, LogStyle.Kind kind) {
    var style = new LogStyle(kind, Optional.empty(), Optional.empty());
    return new LogsOptions(lines, filter, Streams.BOTH, style, true, false);
  }

  /// Reports whether `word` must be a format for `--timestamp` rather than the name of an app.
  static boolean isTimeFormat(String word) {
    return TIME_FORMAT.matcher(word).matches() && TIME_TOKEN.matcher(word).find();
  }

  /// Reads the options from the arguments of `jpm logs`.
  ///
  /// @throws CommandFailure if options contradict each other, or a value is not valid
  public static LogsOptions of(Arguments arguments, PastTime times) {
    refuseContradictions(arguments);
    LogFilter filter = filter(arguments, times);
    boolean bounded = filter.since().isPresent() || filter.until().isPresent();
    int lines = arguments.lineCount(DEFAULT_LINES);
    LogStyle style = style(arguments);
    Streams streams = streams(arguments);
    boolean plain = style.kind() == LogStyle.Kind.LABELLED && streams == Streams.BOTH;
    boolean past = filter.until().filter(until -> !until.isAfter(times.now())).isPresent();
    return new LogsOptions(
        bounded && !arguments.has(VerbOption.LINES) ? Long.MAX_VALUE : lines,
        filter,
        streams,
        style,
        !arguments.has(VerbOption.NOSTREAM) && !past,
        plain && !arguments.has(VerbOption.ERR) && isAllApps(arguments.targets()));
  }

  /// Reports whether `targets` select all apps.
  public static boolean isAllApps(List<String> targets) {
    return targets.isEmpty() || targets.contains(AppName.ALL);
  }

  private static void refuseContradictions(Arguments arguments) {
    List<VerbOption> styles =
        List.of(VerbOption.RAW, VerbOption.JSON, VerbOption.FORMAT).stream()
            .filter(arguments::has)
            .toList();
    if (styles.size() > 1) {
      throw both(styles.get(0), styles.get(1), "choose one");
    }
    for (VerbOption own : List.of(VerbOption.JSON, VerbOption.FORMAT)) {
      for (VerbOption more : List.of(VerbOption.TIMESTAMP, VerbOption.HIGHLIGHT)) {
        if (arguments.has(own) && arguments.has(more)) {
          throw both(own, more, own.longName() + " has a fixed format, so omit the other option");
        }
      }
    }
    if (arguments.has(VerbOption.IGNORE_CASE) && !arguments.has(VerbOption.GREP)) {
      throw new CommandFailure("--ignore-case requires --grep: add --grep PATTERN");
    }
  }

  private static CommandFailure both(VerbOption one, VerbOption other, String why) {
    return new CommandFailure(
        "%s and %s cannot be combined: %s".formatted(one.longName(), other.longName(), why));
  }

  private static LogFilter filter(Arguments arguments, PastTime times) {
    Optional<Instant> since =
        arguments.value(VerbOption.SINCE_TIME).map(text -> times.of(VerbOption.SINCE_TIME, text));
    Optional<Instant> until =
        arguments.value(VerbOption.UNTIL).map(text -> times.of(VerbOption.UNTIL, text));
    if (since.isPresent() && until.isPresent() && since.get().isAfter(until.get())) {
      throw new CommandFailure(
          "--since %s is later than --until %s: use an earlier time for --since"
              .formatted(
                  arguments.value(VerbOption.SINCE_TIME).orElse(""),
                  arguments.value(VerbOption.UNTIL).orElse("")));
    }
    Optional<String> grep = arguments.value(VerbOption.GREP);
    grep.ifPresent(LogsOptions::check);
    return new LogFilter(since, until, grep, arguments.has(VerbOption.IGNORE_CASE));
  }

  private static void check(String pattern) {
    try {
      Pattern.compile(pattern);
    } catch (PatternSyntaxException none) {
      throw new CommandFailure(
          "--grep \"%s\" is not a valid pattern: %s; escape special characters with a backslash to match them literally"
              .formatted(pattern, none.getMessage()));
    }
  }

  private static LogStyle style(Arguments arguments) {
    LogStyle.Kind kind =
        arguments.has(VerbOption.RAW)
            ? LogStyle.Kind.RAW
            : arguments.has(VerbOption.JSON)
                ? LogStyle.Kind.JSON
                : arguments.has(VerbOption.FORMAT) ? LogStyle.Kind.FORMAT : LogStyle.Kind.LABELLED;
    return new LogStyle(
        kind,
        arguments.value(VerbOption.TIMESTAMP).map(LogsOptions::pattern),
        arguments.value(VerbOption.HIGHLIGHT).filter(word -> !word.isEmpty()));
  }

  private static TimePattern pattern(String text) {
    if (text.isEmpty()) {
      return TimePattern.TIME;
    }
    if (!TIME_TOKEN.matcher(text).find()) {
      throw new CommandFailure(
          "--timestamp \"%s\" is not a time format: use a format such as YYYY-MM-DD HH:mm:ss, or put the names of apps before --timestamp"
              .formatted(text));
    }
    return new TimePattern(text);
  }

  /// Returns the selected streams. Both streams are selected if both `--err` and `--out` are given,
  /// or if neither is.
  private static Streams streams(Arguments arguments) {
    boolean err = arguments.has(VerbOption.ERR);
    boolean out = arguments.has(VerbOption.OUT);
    return err == out ? Streams.BOTH : err ? Streams.ERROR : Streams.OUT;
  }
}
