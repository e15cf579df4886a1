package io.jpm.god.journal;

import io.jpm.god.instance.IdempotencyRecord;
import io.jpm.model.AppName;
import io.jpm.model.process.InstanceId;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Converts the records of idempotent commands to and from JSON.
final class IdempotencyRecordsJson {
  private IdempotencyRecordsJson() {}

  static JsonArray write(List<IdempotencyRecord.Entry> records) {
    return new JsonArray(records.stream().map(IdempotencyRecordsJson::write).toList());
  }

  static List<IdempotencyRecord.Entry> read(JsonArray json) {
    return all(json, JsonObject.class, IdempotencyRecordsJson::read);
  }

  private static JsonObject write(IdempotencyRecord.Entry record) {
    var json = new JsonObject().put("key", record.key()).put("at", record.at().toEpochMilli());
    if (!record.targets().isEmpty()) {
      json.put(
          "marks",
          new JsonArray(record.targets().stream().map(IdempotencyRecordsJson::mark).toList()));
    }
    record
        .outcome()
        .ifPresent(outcome ->
            json.put(
                "outcome",
                new JsonObject()
                    .put(
                        "ids",
                        new JsonArray(outcome.ids().stream().map(InstanceId::value).toList()))
                    .put("problems", new JsonArray(outcome.problems()))
                    .put("notes", new JsonArray(outcome.notes()))));
    return json;
  }

  private static JsonObject mark(IdempotencyRecord.InstanceTarget instanceTarget) {
    return new JsonObject()
        .put("aim", instanceTarget.goal().name())
        .put("id", instanceTarget.id().value())
        .put("app", instanceTarget.app().value())
        .put("birth", instanceTarget.incarnation().toEpochMilli())
        .put("generation", instanceTarget.generation());
  }

  private static IdempotencyRecord.Entry read(JsonObject json) {
    return new IdempotencyRecord.Entry(
        json.getString("key"),
        Instant.ofEpochMilli(json.getLong("at")),
        all(
            json.getJsonArray("marks", new JsonArray()),
            JsonObject.class,
            IdempotencyRecordsJson::readMark),
        Optional.ofNullable(json.getJsonObject("outcome"))
            .map(IdempotencyRecordsJson::readOutcome));
  }

  private static IdempotencyRecord.InstanceTarget readMark(JsonObject json) {
    return new IdempotencyRecord.InstanceTarget(
        IdempotencyRecord.Goal.valueOf(json.getString("aim")),
        new InstanceId(json.getInteger("id")),
        new AppName(json.getString("app")),
        Instant.ofEpochMilli(json.getLong("birth")),
        json.getLong("generation"));
  }

  private static IdempotencyRecord.Outcome readOutcome(JsonObject json) {
    return new IdempotencyRecord.Outcome(
        all(json.getJsonArray("ids"), Integer.class, InstanceId::new),
        all(json.getJsonArray("problems"), String.class, text -> text),
        all(json.getJsonArray("notes"), String.class, text -> text));
  }

  private static <J, T> List<T> all(JsonArray json, Class<J> kind, Function<J, T> read) {
    return json.stream().map(kind::cast).map(read).toList();
  }
}
