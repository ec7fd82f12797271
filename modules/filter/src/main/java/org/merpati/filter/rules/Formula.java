package org.merpati.filter.rules;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.merpati.kernel.Malformed;

/** A combination of rules: numbers, names of rules, arithmetic, comparison and logic as Perl has them. */
final class Formula {
    /** A part of a formula. */
    private sealed interface Term {
        record Value(double number) implements Term {}

        record Name(String rule) implements Term {}

        record Not(Term term) implements Term {}

        record Minus(Term term) implements Term {}

        record Pair(String operator, Term left, Term right) implements Term {}
    }

    private static final Pattern TOKEN =
            Pattern.compile("\\s*(\\d+(?:\\.\\d+)?|[A-Za-z_][A-Za-z0-9_]*|&&|\\|\\||[=!<>]=|[-+*/<>()!])");
    private static final List<List<String>> LEVELS = List.of(
            List.of("||"),
            List.of("&&"),
            List.of("==", "!="),
            List.of("<", ">", "<=", ">="),
            List.of("+", "-"),
            List.of("*", "/"));
    private static final int DEPTH = 100;

    private final List<String> tokens = new ArrayList<>();
    private final Set<String> names = new LinkedHashSet<>();
    private final Term term;
    private int at;
    private int depth;

    private Formula(String text) {
        Matcher token = TOKEN.matcher(text);
        int end = 0;
        while (token.find() && token.start() == end) {
            tokens.add(token.group(1));
            end = token.end();
        }
        if (!text.substring(end).isBlank()) {
            throw new Malformed("the combination of rules has something that is none: "
                    + text.substring(end).strip());
        }
        term = tokens.size() == 2 && tokens.equals(List.of("(", ")")) ? new Term.Value(0) : level(0);
        if (at < tokens.size() && !(term instanceof Term.Value)) {
            throw new Malformed("the combination of rules goes on behind its end with " + tokens.get(at));
        }
    }

    /**
     * Reads a combination.
     *
     * @throws Malformed if it is none
     */
    static Formula of(String text) {
        return new Formula(text);
    }

    /** The rules that it combines. */
    Set<String> names() {
        return names;
    }

    private String peek() {
        return at < tokens.size() ? tokens.get(at) : "";
    }

    private Term level(int level) {
        if (level == LEVELS.size()) {
            return unary();
        }
        Term left = level(level + 1);
        while (LEVELS.get(level).contains(peek())) {
            String operator = tokens.get(at++);
            left = new Term.Pair(operator, left, level(level + 1));
        }
        return left;
    }

    private Term unary() {
        if (++depth > DEPTH) {
            throw new Malformed("the combination of rules is nested more than " + DEPTH + " deep");
        }
        String token = peek();
        at++;
        Term made = switch (token) {
            case "!" -> new Term.Not(unary());
            case "-" -> new Term.Minus(unary());
            case "+" -> unary();
            case "(" -> {
                Term inner = level(0);
                if (!peek().equals(")")) {
                    throw new Malformed("the combination of rules has a parenthesis that is not closed");
                }
                at++;
                yield inner;
            }
            default -> operand(token);
        };
        depth--;
        return made;
    }

    private Term operand(String token) {
        if (token.isEmpty() || (!Character.isLetterOrDigit(token.charAt(0)) && token.charAt(0) != '_')) {
            throw new Malformed(
                    "the combination of rules lacks a rule" + (token.isEmpty() ? " at its end" : " before " + token));
        }
        if (Character.isDigit(token.charAt(0))) {
            return new Term.Value(Double.parseDouble(token));
        }
        names.add(token);
        return new Term.Name(token);
    }

    /** Its value; 0 is no. */
    double value(ToDoubleFunction<String> hits) {
        return value(term, hits);
    }

    private static double value(Term term, ToDoubleFunction<String> hits) {
        return switch (term) {
            case Term.Value value -> value.number();
            case Term.Name name -> hits.applyAsDouble(name.rule());
            case Term.Not not -> value(not.term(), hits) == 0 ? 1 : 0;
            case Term.Minus minus -> -value(minus.term(), hits);
            case Term.Pair pair -> pair(pair, hits);
        };
    }

    private static double pair(Term.Pair pair, ToDoubleFunction<String> hits) {
        double left = value(pair.left(), hits);
        if (pair.operator().equals("&&")) {
            return left == 0 ? left : value(pair.right(), hits);
        }
        if (pair.operator().equals("||")) {
            return left != 0 ? left : value(pair.right(), hits);
        }
        double right = value(pair.right(), hits);
        return switch (pair.operator()) {
            case "+" -> left + right;
            case "-" -> left - right;
            case "*" -> left * right;
            case "/" -> right == 0 ? 0 : left / right;
            case "<" -> left < right ? 1 : 0;
            case ">" -> left > right ? 1 : 0;
            case "<=" -> left <= right ? 1 : 0;
            case ">=" -> left >= right ? 1 : 0;
            case "==" -> left == right ? 1 : 0;
            default -> left != right ? 1 : 0;
        };
    }
}
