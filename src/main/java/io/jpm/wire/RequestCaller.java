package io.jpm.wire;

import io.jpm.model.access.Principal;
import io.jpm.model.access.Role;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// The authenticated sender of a request. The bridge sets it as a header of each request and
/// replaces any value that the client has sent for that header.
///
/// @param who the owner, or the holder of a token
/// @param from the origin: `unix`, or the address of a TCP peer
public record RequestCaller(Principal who, String from) {
  /// The name of the header that contains the caller.
  public static final String HEADER = "jpm-caller";

  /// The name of the header that contains the time for which the sender waits for the reply, in
  /// milliseconds. The bridge copies the value from the header `timeout`, which it applies itself
  /// and does not forward.
  public static final String WAITS = "jpm-waits";

  /// Returns the value of the header [#HEADER].
  public String toHeader() {
    return new JsonObject()
        .put("name", who.name())
        .put("role", who.role().keyword())
        .put("apps", new JsonArray(who.apps().stream().sorted().toList()))
        .put("from", from)
        .encode();
  }

  /// Parses the value of the header [#HEADER]. Returns empty if the value is malformed; the request
  /// must then be rejected.
  public static Optional<RequestCaller> fromHeader(String header) {
    try {
      var json = new JsonObject(header);
      Set<String> apps = new HashSet<>();
      for (Object app : json.getJsonArray("apps")) {
        apps.add((String) app);
      }
      return Role.of(json.getString("role"))
          .map(role ->
              new RequestCaller(
                  new Principal(json.getString("name"), role, apps), json.getString("from")));
    } catch (DecodeException | ClassCastException | NullPointerException malformed) {
      return Optional.empty();
    }
  }
}
