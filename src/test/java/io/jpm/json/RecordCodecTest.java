package io.jpm.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Tests the conversion of records to JSON values by their format line.
class RecordCodecTest {
  private enum Color {
    RED,
    GREEN
  }

  private record Window(int most, Duration time) {}

  private sealed interface Shape {}

  private record Circle(double radius) implements Shape {}

  private record Dot() implements Shape {}

  private record Thing(
      String name,
      Window window,
      Optional<Path> homeFile,
      OptionalInt port,
      Set<Integer> codes,
      Map<String, Long> limits,
      Color color,
      Shape shape,
      boolean hidden) {
    private Thing {
      if (name.isEmpty()) {
        throw new IllegalArgumentException("a thing has a name");
      }
    }
  }

  private static final Codecs CODECS = new Codecs();
  private static final RecordCodec<Thing> FORMAT = format();

  private static RecordCodec<Thing> format() {
    CODECS.with(
        Shape.class,
        new VariantCodec<Shape>()
            .or(Circle.class, "radius", RecordCodec.of(Circle.class, CODECS, "radius"))
            .or(Dot.class, "dot", new Dot()));
    return RecordCodec.of(
            Thing.class,
            CODECS,
            "name window.time=restart_window window.most homeFile port codes limits color *shape")
        .fixed("hidden", true)
        .or(Color.GREEN, "color")
        .unless(Set.of(), "codes");
  }

  private static Thing thingWith(Shape shape) {
    return new Thing(
        "web",
        new Window(3, Duration.ofSeconds(2)),
        Optional.of(Path.of("/srv")),
        OptionalInt.empty(),
        Set.of(143, 7),
        Map.of("b", 2L, "a", 1L),
        Color.RED,
        shape,
        true);
  }

  private static Map<String, Object> write(Thing thing) {
    Map<String, Object> object = new LinkedHashMap<>();
    FORMAT.put(thing, object);
    return object;
  }

  @Test
  void fieldsAreWrittenInTheOrderOfTheFormatLine() {
    Map<String, Object> object = write(thingWith(new Circle(1.5)));
    assertThat(object.keySet())
        .containsExactly(
            "name", "restart_window", "most", "home_file", "codes", "limits", "color", "radius");
    assertThat(object)
        .containsEntry("restart_window", 2000L)
        .containsEntry("codes", List.of(7, 143))
        .containsEntry("home_file", "/srv");
    assertThat(object.get("limits")).hasToString("{a=1, b=2}");
  }

  @Test
  void recordsRoundTrip() {
    for (Shape shape : List.of(new Circle(1.5), new Dot())) {
      assertThat(FORMAT.take(write(thingWith(shape)))).isEqualTo(thingWith(shape));
    }
  }

  @Test
  void missingFieldHasItsDefaultOrIsReported() {
    Map<String, Object> object = write(thingWith(new Dot()));
    object.remove("color");
    object.remove("codes");
    Thing read = FORMAT.take(object);
    assertThat(read.color()).isEqualTo(Color.GREEN);
    assertThat(read.codes()).isEmpty();
    object.remove("most");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FORMAT.take(object))
        .withMessage("most: is missing");
  }

  @Test
  void unknownConstantAndUnknownTypeAreRejected() {
    Map<String, Object> object = write(thingWith(new Dot()));
    object.put("color", "BLUE");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FORMAT.take(object))
        .withMessage("color: unknown Color \"BLUE\"");
    object.put("color", "RED");
    object.remove("dot");
    object.put("square", 4);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FORMAT.take(object))
        .withMessageStartingWith("expected one of the keys [radius, dot]");
  }

  @Test
  void valueOfTheWrongTypeIsReportedWithItsField() {
    Map<String, Object> object = write(thingWith(new Dot()));
    object.put("name", 3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FORMAT.take(object))
        .withMessage("name: expected String, found 3");
    object.put("name", "");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FORMAT.take(object))
        .withMessage("a thing has a name");
  }

  @Test
  void formatLineMustNameExactlyTheComponents() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RecordCodec.of(Window.class, CODECS, "most mass"))
        .withMessageContaining("no component mass");
    var partial = RecordCodec.of(Window.class, CODECS, "most");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> partial.take(Map.of("most", 1)))
        .withMessage("time is not described by any field");
  }
}
