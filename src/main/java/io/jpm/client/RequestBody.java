package io.jpm.client;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Encodes a [Request] as the JSON object described in `docs/bridge.md`.
final class RequestBody {
  private static final int VERSION = 1;

  private final Map<String, @Nullable Object> json = new LinkedHashMap<>();

  private RequestBody(String verb) {
    json.put("v", VERSION);
    json.put("verb", verb);
  }

  static String of(Request<?> request) {
    RequestBody body = body(request);
    return JsonWriter.encode(
        isRepeatable(request) ? body.with("key", UUID.randomUUID().toString()).json : body.json);
  }

  /// Reports whether the client resends the request if the connection is lost before the reply.
  /// Requests that change something contain an idempotency key, by which the daemon recognizes a
  /// duplicate. Requests that only read are not resent; the caller can repeat them.
  static boolean isRepeatable(Request<?> request) {
    return switch (request) {
      case Request.Ping _,
          Request.ListInstances _,
          Request.Describe _,
          Request.ListEvents _,
          Request.Logs _ ->
          false;
      case Request.Apply apply -> !apply.dryRun();
      case Request.Act _,
          Request.Reload _,
          Request.Scale _,
          Request.SendSignal _,
          Request.SendMessage _,
          Request.WriteInput _,
          Request.Trigger _,
          Request.StartApps _,
          Request.Save _,
          Request.Resurrect _ ->
          true;
    };
  }

  private static RequestBody body(Request<?> request) {
    return switch (request) {
      case Request.Ping _ -> new RequestBody("ping");
      case Request.ListInstances list -> new RequestBody("list").targets(list.targets());
      case Request.Describe describe -> new RequestBody("describe").targets(describe.targets());
      case Request.ListEvents events -> events(events);
      case Request.Logs logs -> logs(logs);
      case Request.Act act -> new RequestBody(act.action().verb()).targets(act.targets());
      case Request.Reload reload -> reload(reload);
      case Request.Scale scale ->
          new RequestBody("scale")
              .with("target", scale.target())
              .with(scale.relative() ? "by" : "to", scale.number());
      case Request.SendSignal signal ->
          new RequestBody("signal").targets(signal.targets()).with("signal", signal.signal());
      case Request.SendMessage message ->
          new RequestBody("message").targets(message.targets()).with("message", message.value());
      case Request.WriteInput type ->
          new RequestBody("type").with("target", type.target()).with("line", type.line());
      case Request.Trigger trigger -> trigger(trigger);
      case Request.StartApps start -> new RequestBody("start").apps(start.apps());
      case Request.Apply apply ->
          new RequestBody(apply.dryRun() ? "plan" : "apply")
              .apps(apply.apps())
              .with("prune", apply.prune());
      case Request.Save _ -> new RequestBody("save");
      case Request.Resurrect _ -> new RequestBody("resurrect");
    };
  }

  private static RequestBody events(Request.ListEvents events) {
    RequestBody body = new RequestBody("events");
    events.after().ifPresent(seq -> body.with("after", seq));
    events.app().ifPresent(name -> body.with("app", name));
    return body.with("limit", events.limit());
  }

  private static RequestBody logs(Request.Logs logs) {
    RequestBody body = new RequestBody("logs").targets(logs.targets()).with("lines", logs.lines());
    logs.stream().ifPresent(name -> body.with("stream", name));
    return body;
  }

  private static RequestBody reload(Request.Reload reload) {
    RequestBody body =
        new RequestBody("reload").targets(reload.targets()).with("parallel", reload.parallel());
    return reload.graceful() ? body.with("graceful", true) : body;
  }

  private static RequestBody trigger(Request.Trigger trigger) {
    RequestBody body =
        new RequestBody("trigger").targets(trigger.targets()).with("action", trigger.action());
    trigger.parameter().ifPresent(text -> body.with("parameter", text));
    return body;
  }

  private RequestBody targets(List<String> targets) {
    return targets.isEmpty() ? this : with("targets", targets);
  }

  private RequestBody apps(Apps apps) {
    with("apps", apps.apps().stream().map(App::json).toList()).with("cwd", apps.cwd().toString());
    apps.env().ifPresent(variables -> with("env", variables));
    apps.file().ifPresent(path -> with("file", path.toString()));
    return this;
  }

  private RequestBody with(String key, @Nullable Object value) {
    json.put(key, value);
    return this;
  }
}
