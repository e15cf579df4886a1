package io.jpm.triggers;

import com.cronutils.model.Cron;
import com.cronutils.model.definition.CronDefinition;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.field.CronField;
import com.cronutils.model.field.CronFieldName;
import com.cronutils.model.field.expression.Always;
import com.cronutils.model.field.expression.And;
import com.cronutils.model.field.expression.Between;
import com.cronutils.model.field.expression.Every;
import com.cronutils.model.field.expression.FieldExpression;
import com.cronutils.model.field.expression.On;
import com.cronutils.model.field.value.SpecialChar;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import io.jpm.model.Triggers;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// A cron schedule, in the syntax of PM2's `cron_restart`: minute, hour, day of month, month, day
/// of week. An expression with six fields begins with seconds. Supports `*`, `,`, `-`, `/`, names
/// (`MON`, `JAN`), `L` (last day; `5L`: last Friday), `5#2` (second Friday), `15W` (nearest working
/// day), and `@yearly`, `@monthly`, `@weekly`, `@daily`, `@midnight`, `@hourly`.
///
/// - If both day of month and day of week are given, both must match, as in PM2 and unlike in
///   crontab(5). For example, `0 0 13 * FRI` is Friday the thirteenth.
/// - When the clock is set forward, a skipped time occurs once, immediately after the gap.
/// - When the clock is set back, a time in the repeated hour occurs only the first time. The only
///   exception is a schedule for every hour (`*`), which continues through the repeated hour,
///   because it defines the interval between two runs.
///
/// Immutable.
public final class CronSchedule {
  private static final String FIELDS = "minute, hour, day of month, month, day of week";
  private static final ZonedDateTime ANY_TIME =
      ZonedDateTime.of(2000, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);

  /// Number of days in the shortest month.
  private static final int SHORTEST_MONTH = 28;

  private final ExecutionTime times;
  private final boolean everyHour;
  private final ZoneId zone;

  private CronSchedule(Cron cron, ZoneId zone) {
    this.times = ExecutionTime.forCron(cron);
    this.everyHour = isEveryHour(cron);
    this.zone = zone;
  }

  /// Returns a message that begins with the expression and explains what is wrong with it and how
  /// to fix it; empty if the expression is valid.
  public static Optional<String> problem(String expression) {
    try {
      Cron cron = parse(expression);
      Optional<String> wrong = wrongRange(cron).or(() -> wrongWorkingDay(cron));
      if (wrong.isPresent()) {
        return wrong.map(sentence -> "%s: %s".formatted(expression, sentence));
      }
      return ExecutionTime.forCron(cron).nextExecution(ANY_TIME).isPresent()
          ? Optional.empty()
          : Optional.of(expression + ": there is no such day in any year");
    } catch (IllegalArgumentException refused) {
      return Optional.of("%s: %s".formatted(expression, sentence(refused)));
    } catch (RuntimeException unforeseen) {
      // The library accepts a few expressions whose times it cannot calculate.
      return Optional.of(
          expression + ": its times cannot be calculated — the fields are " + FIELDS);
    }
  }

  /// Parses the expression of `schedule`.
  ///
  /// @throws IllegalArgumentException with the text of [#problem] if the expression is invalid
  public static CronSchedule of(Triggers.Schedule schedule) {
    problem(schedule.expression())
        .ifPresent(problem -> {
          throw new IllegalArgumentException(problem);
        });
    return new CronSchedule(parse(schedule.expression()), schedule.zone());
  }

  /// Returns the first time of the schedule after `after`; empty if there is none.
  public Optional<Instant> next(Instant after) {
    return everyHour
        ? times.nextExecution(after.atZone(zone)).map(ZonedDateTime::toInstant)
        : nextOnTheWall(after);
  }

  /// Returns the first time after `after`, for schedules that follow the local time. Calculates
  /// without daylight saving time, and then converts the result to the time zone.
  private Optional<Instant> nextOnTheWall(Instant after) {
    ZonedDateTime wall = LocalDateTime.ofInstant(after, zone).atZone(ZoneOffset.UTC);
    while (true) {
      Optional<ZonedDateTime> next = times.nextExecution(wall);
      if (next.isEmpty()) {
        return Optional.empty();
      }
      wall = next.get();
      Instant time = inZone(wall.toLocalDateTime());
      if (time.isAfter(after)) {
        return Optional.of(time);
      }
    }
  }

  /// Returns the instant of a local time. For a skipped time, this is the end of the gap; for a
  /// repeated time, the first of the two instants.
  private Instant inZone(LocalDateTime wall) {
    ZoneOffsetTransition transition = zone.getRules().getTransition(wall);
    return transition != null && transition.isGap()
        ? transition.getInstant()
        : wall.atZone(zone).withEarlierOffsetAtOverlap().toInstant();
  }

  private static Cron parse(String expression) {
    String text = expression.strip();
    if (text.startsWith("@")) {
      text = text.toLowerCase(Locale.ROOT);
    }
    int fields = text.isEmpty() ? 0 : text.split("\\s+").length;
    if (fields != 5 && fields != 6 && !(fields == 1 && text.startsWith("@"))) {
      throw new IllegalArgumentException(
          "%d fields — use 5 (%s), or 6 with seconds first".formatted(fields, FIELDS));
    }
    if (text.indexOf('|') >= 0) {
      throw new IllegalArgumentException("several schedules combined with | are not supported");
    }
    try {
      return new CronParser(syntax(fields == 6)).parse(text).validate();
    } catch (IllegalArgumentException refused) {
      throw refused;
    } catch (RuntimeException unforeseen) {
      // The library fails with other exceptions for some invalid expressions, such as `1#`.
      throw new IllegalArgumentException("it is not a valid expression", unforeseen);
    }
  }

  private static CronDefinition syntax(boolean seconds) {
    CronDefinitionBuilder builder = CronDefinitionBuilder.defineCron();
    if (seconds) {
      builder = builder.withSeconds().withValidRange(0, 59).and();
    }
    return builder
        .withMinutes()
        .withValidRange(0, 59)
        .and()
        .withHours()
        .withValidRange(0, 23)
        .and()
        .withDayOfMonth()
        .withValidRange(1, 31)
        .supportsL()
        .supportsW()
        .supportsLW()
        .and()
        .withMonth()
        .withValidRange(1, 12)
        .and()
        .withDayOfWeek()
        .withValidRange(0, 7)
        .withMondayDoWValue(1)
        .withIntMapping(7, 0)
        .supportsHash()
        .supportsL()
        .and()
        .withSupportedNicknameYearly()
        .withSupportedNicknameAnnually()
        .withSupportedNicknameMonthly()
        .withSupportedNicknameWeekly()
        .withSupportedNicknameDaily()
        .withSupportedNicknameMidnight()
        .withSupportedNicknameHourly()
        .matchDayOfWeekAndDayOfMonth()
        .instance();
  }

  private static boolean isEveryHour(Cron cron) {
    CronField hours = cron.retrieveFieldsAsMap().get(CronFieldName.HOUR);
    return hours != null
        && switch (hours.getExpression().asString()) {
          case "*", "*/1" -> true;
          default -> false;
        };
  }

  /// Returns a message about the first range that the library accepts but misinterprets; empty if
  /// there is none. The library treats `22-2` as 22, and fails on `2-L` when it calculates a time.
  private static Optional<String> wrongRange(Cron cron) {
    return cron.retrieveFieldsAsMap().values().stream()
        .flatMap(
            field -> ranges(field.getExpression()).flatMap(range -> wrong(range, field.getField())))
        .findFirst();
  }

  /// Returns a message about the first working day above 28; empty if there is none. In a month
  /// without such a day, the library throws an exception instead of skipping the month.
  private static Optional<String> wrongWorkingDay(Cron cron) {
    return Optional.ofNullable(cron.retrieveFieldsAsMap().get(CronFieldName.DAY_OF_MONTH)).stream()
        .flatMap(field -> days(field.getExpression()))
        .filter(day -> day.getSpecialChar().getValue() == SpecialChar.W)
        .filter(day -> day.getTime().getValue() > SHORTEST_MONTH)
        .findFirst()
        .map(day ->
            "%s does not exist in every month — use 1W to %dW, or LW for the last working day of each month"
                .formatted(day.asString(), SHORTEST_MONTH));
  }

  private static Stream<On> days(FieldExpression expression) {
    return switch (expression) {
      case And and -> and.getExpressions().stream().flatMap(CronSchedule::days);
      case On day -> Stream.of(day);
      default -> Stream.empty(); // the library's types are not sealed; no other contains a W
    };
  }

  private static Stream<Between> ranges(FieldExpression expression) {
    return switch (expression) {
      case And and -> and.getExpressions().stream().flatMap(CronSchedule::ranges);
      case Every every -> ranges(every.getExpression());
      case Between between -> Stream.of(between);
      case Always _ -> Stream.empty();
      default -> Stream.empty(); // the library's types are not sealed; no other contains a range
    };
  }

  private static Stream<String> wrong(Between range, CronFieldName field) {
    if (!(range.getFrom().getValue() instanceof Integer from)
        || !(range.getTo().getValue() instanceof Integer to)) {
      return Stream.of("%s — both ends of a range must be numbers".formatted(range.asString()));
    }
    return field != CronFieldName.DAY_OF_WEEK && from > to
        ? Stream.of(
            "%s goes backwards — write the smaller number first, or two ranges separated by a comma"
                .formatted(range.asString()))
        : Stream.empty();
  }

  private static String sentence(IllegalArgumentException refused) {
    String text = String.valueOf(refused.getMessage());
    text = text.replaceFirst("^Failed to parse cron expression\\. ", "").replaceFirst("[.!]$", "");
    if (text.startsWith("Nickname ")) {
      return "use @yearly, @monthly, @weekly, @daily or @hourly";
    }
    return text.contains("fields — ") ? text : text + " — the fields are " + FIELDS;
  }
}
