package io.jpm.web;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;

/// The page for browsers without a session, whatever path they request. It explains how to log in,
/// and needs no further files, because those require a session.
final class LoginPage {
  private static final String TEXT =
      """
      <!doctype html>
      <html lang="en">
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>jpm: log in</title>
      <h1>Log in</h1>
      <p>Run <code>jpm web</code> in a terminal on this machine and follow the link that it prints.
      <p>A link can be used once, within 5 minutes. A session ends after 12 hours.
      """;

  private LoginPage() {}

  static void show(HttpServerResponse response) {
    response.setStatusCode(401).putHeader(HttpHeaders.CONTENT_TYPE, "text/html; charset=utf-8");
    JsonResponse.end(response, TEXT);
  }
}
