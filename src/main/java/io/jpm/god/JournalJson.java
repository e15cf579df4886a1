package io.jpm.god;

import io.jpm.model.Exit;
import io.jpm.model.InstanceId;
import io.jpm.model.Phase;
import io.jpm.model.ProcessIdentity;
import io.jpm.supervise.Awaiting;
import io.jpm.supervise.Counters;
import io.jpm.supervise.Ending;
import io.jpm.supervise.Supervised;
import io.jpm.supervise.Wanted;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The journal as JSON. Environments stand once.
final class JournalJson {
  private static final int VERSION = 2;

  /// One that did not know channels, triggers and dependencies yet.
  private static final int OLDEST = 1;

  private JournalJson() {}

  static JsonObject write(JournalEntry.Snapshot snapshot) {
    var environments = new Environments();
    var instances = new JsonArray();
    for (JournalEntry entry : snapshot.entries()) {
      instances.add(instance(entry, environments.placeOf(entry.spec().variables().inherited())));
    }
    JsonArray files = AppFilesJson.write(snapshot.files(), environments);
    var json =
        new JsonObject()
            .put("v", VERSION)
            .put("next_id", snapshot.nextId())
            .put("environments", environments.write())
            .put("instances", instances)
            .put("files", files);
    if (!snapshot.attempts().isEmpty()) {
      json.put("commands", AttemptsJson.write(snapshot.attempts()));
    }
    return snapshot.damage().isEmpty()
        ? json
        : json.put("damage", new JsonArray(snapshot.damage()));
  }

  /// @throws RuntimeException of whatever kind when the text is no complete journal
  static JournalEntry.Snapshot read(JsonObject json) {
    int version = json.getInteger("v");
    if (version > VERSION) {
      throw new NewerFormat(version);
    }
    if (version < OLDEST) {
      throw new IllegalArgumentException("journal version " + version);
    }
    List<Map<String, String>> environments = Environments.read(json.getJsonArray("environments"));
    List<JournalEntry> entries = new ArrayList<>();
    for (Object entry : json.getJsonArray("instances")) {
      var object = (JsonObject) entry;
      entries.add(entry(object, environments.get(object.getInteger("environment"))));
    }
    return new JournalEntry.Snapshot(
        json.getInteger("next_id"),
        entries,
        AppFilesJson.read(json.getJsonArray("files", new JsonArray()), environments),
        json.getJsonArray("damage", new JsonArray()).stream().map(String.class::cast).toList(),
        AttemptsJson.read(json.getJsonArray("commands", new JsonArray())));
  }

  private static JsonObject instance(JournalEntry entry, int environment) {
    var json =
        new JsonObject()
            .put("id", entry.life().id().value())
            .put("number", entry.life().number())
            .put("created_at", entry.life().createdAt().toEpochMilli())
            .put("environment", environment)
            .put("spec", SpecJson.write(entry.spec()))
            .put("state", state(entry.state()));
    putSharing(json, entry.life(), entry.sharing());
    entry.startedAt().ifPresent(at -> json.put("started_at", at.toEpochMilli()));
    entry
        .process()
        .ifPresent(p ->
            json.put(
                "process",
                new JsonObject()
                    .put("boot", p.bootId())
                    .put("pid", p.pid())
                    .put("start", p.startTime())));
    if (!entry.actions().isEmpty()) {
      json.put("actions", new JsonArray(entry.actions()));
    }
    if (!entry.version().isEmpty()) {
      json.put("version", entry.version());
    }
    return json;
  }

  /// Keys that few apps need.
  private static void putSharing(JsonObject json, Life life, JournalEntry.Sharing sharing) {
    if (!life.birth().equals(life.createdAt())) {
      json.put("birth", life.birth().toEpochMilli());
    }
    if (sharing.role() != Role.CURRENT) {
      json.put("role", sharing.role().name());
    }
    sharing.memo().ifPresent(memo -> json.put("memo", memo));
    if (sharing.listening()) {
      json.put("listening", true);
    }
  }

  private static Life life(JsonObject json) {
    long createdAt = json.getLong("created_at");
    return new Life(
        new InstanceId(json.getInteger("id")),
        json.getInteger("number"),
        Instant.ofEpochMilli(createdAt),
        Instant.ofEpochMilli(json.getLong("birth", createdAt)));
  }

  private static JournalEntry entry(JsonObject json, Map<String, String> environment) {
    return new JournalEntry(
        life(json),
        SpecJson.read(json.getJsonObject("spec"), environment),
        state(json.getJsonObject("state")),
        new JournalEntry.Sharing(
            Role.valueOf(json.getString("role", Role.CURRENT.name())),
            Optional.ofNullable(json.getString("memo")),
            json.getBoolean("listening", false)),
        Optional.ofNullable(json.getLong("started_at")).map(Instant::ofEpochMilli),
        Optional.ofNullable(json.getJsonObject("process"))
            .map(p ->
                new ProcessIdentity(p.getString("boot"), p.getInteger("pid"), p.getLong("start"))),
        json.getJsonArray("actions", new JsonArray()).stream().map(String.class::cast).toList(),
        json.getString("version", ""));
  }

  private static JsonObject state(Supervised state) {
    var json =
        new JsonObject()
            .put("wanted", state.wanted().name())
            .put("phase", state.phase().word())
            .put("awaiting", state.awaiting().name())
            .put("ending", state.ending().name())
            .put("signalled", state.signalled())
            .put("generation", state.generation())
            .put("restarts", state.restarts())
            .put("unstable", state.unstable())
            .put("attempts", state.counters().attempts())
            .put("failures", state.counters().failures().count())
            .put("reason", state.reason());
    state.lastExit().ifPresent(exit -> json.put("last_exit", exit(exit)));
    if (!state.forced().isEmpty()) {
      json.put("forced", state.forced());
    }
    return json;
  }

  private static Supervised state(JsonObject json) {
    Phase phase = Phase.ofWord(json.getString("phase"));
    Awaiting inLaunch = phase == Phase.LAUNCHING ? Awaiting.SPAWN : Awaiting.NOTHING;
    return new Supervised(
        Wanted.valueOf(json.getString("wanted")),
        phase,
        Awaiting.valueOf(json.getString("awaiting", inLaunch.name())),
        Ending.valueOf(json.getString("ending")),
        json.getBoolean("signalled", phase == Phase.STOPPING),
        json.getLong("generation"),
        new Counters(
            json.getInteger("restarts"),
            json.getInteger("unstable"),
            json.getInteger("attempts", 0),
            // When is known by the clock of the daemon that wrote it; the next one finds out.
            new Counters.Failures(json.getInteger("failures", 0), 0)),
        0,
        Optional.ofNullable(json.getJsonObject("last_exit")).map(JournalJson::exit),
        json.getString("reason"),
        json.getString("forced", ""));
  }

  private static JsonObject exit(Exit exit) {
    return switch (exit) {
      case Exit.Code(int code) -> new JsonObject().put("code", code);
      case Exit.Signalled(int signal, boolean core) ->
          new JsonObject().put("signal", signal).put("core", core);
      case Exit.Unknown(String why) -> new JsonObject().put("unknown", why);
    };
  }

  private static Exit exit(JsonObject json) {
    if (json.containsKey("code")) {
      return new Exit.Code(json.getInteger("code"));
    }
    return json.containsKey("signal")
        ? new Exit.Signalled(json.getInteger("signal"), json.getBoolean("core"))
        : new Exit.Unknown(json.getString("unknown"));
  }
}
