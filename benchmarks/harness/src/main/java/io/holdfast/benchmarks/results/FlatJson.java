package io.holdfast.benchmarks.results;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads a JSON array of objects of texts and numbers, which is all that rows are; anything else is refused. */
final class FlatJson {
    private final String json;
    private int at;

    FlatJson(String json) {
        this.json = json;
    }

    List<Map<String, String>> objects() {
        List<Map<String, String>> objects = new ArrayList<>();
        expect('[');
        if (peek() != ']') {
            objects.add(object());
            while (peek() == ',') {
                expect(',');
                objects.add(object());
            }
        }
        expect(']');
        return objects;
    }

    private Map<String, String> object() {
        Map<String, String> fields = new LinkedHashMap<>();
        expect('{');
        field(fields);
        while (peek() == ',') {
            expect(',');
            field(fields);
        }
        expect('}');
        return fields;
    }

    private void field(Map<String, String> fields) {
        String name = text();
        expect(':');
        fields.put(name, peek() == '"' ? text() : number());
    }

    private String number() {
        int from = at;
        while (at < json.length() && "+-.eE0123456789".indexOf(json.charAt(at)) >= 0) {
            at++;
        }
        if (at == from) {
            throw wrong("a number");
        }
        return json.substring(from, at);
    }

    private String text() {
        expect('"');
        StringBuilder text = new StringBuilder();
        while (at < json.length() && json.charAt(at) != '"') {
            char c = json.charAt(at++);
            text.append(c == '\\' ? escaped() : c);
        }
        expect('"');
        return text.toString();
    }

    private char escaped() {
        if (at >= json.length()) {
            throw wrong("an escaped character");
        }
        char c = json.charAt(at++);
        if (c == 'u' && at + 4 <= json.length()) {
            at += 4;
            return (char) Integer.parseInt(json.substring(at - 4, at), 16);
        }
        if (c != '"' && c != '\\' && c != '/') {
            throw wrong("another escape");
        }
        return c;
    }

    private char peek() {
        while (at < json.length() && Character.isWhitespace(json.charAt(at))) {
            at++;
        }
        return at < json.length() ? json.charAt(at) : 0;
    }

    private void expect(char c) {
        if (peek() != c) {
            throw wrong("'" + c + "'");
        }
        at++;
    }

    private IllegalArgumentException wrong(String expected) {
        return new IllegalArgumentException("expected " + expected + " at " + at);
    }
}
