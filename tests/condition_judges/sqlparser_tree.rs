//! sqlparser reads the same tree, whatever stands without parentheses.

use crate::cases;
use crate::condition_world::World;
use crate::dice::{Dice, condition, quoted};
use proptest::prelude::*;
use sqlparser::ast::{CaseWhen, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, UnaryOperator, Value as Sql};
use sqlparser::dialect::{Dialect, GenericDialect, SQLiteDialect};

/// sqlparser's tree with every operator in parentheses, as `Condition::parenthesised` prints ours.
fn theirs(e: &Expr) -> String {
    let not = |n: &bool| if *n { "NOT " } else { "" };
    match e {
        Expr::Nested(x) => theirs(x),
        Expr::Identifier(i) if i.quote_style.is_none() => i.value.clone(),
        Expr::Identifier(i) => format!("\"{}\"", i.value),
        Expr::BinaryOp { left, op, right } => format!("({} {op} {})", theirs(left), theirs(right)),
        Expr::UnaryOp { op: UnaryOperator::Not, expr } => format!("(NOT {})", theirs(expr)),
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => format!("(-{})", theirs(expr)),
        Expr::InList { expr, list, negated } => format!("({} {}IN ({}))", theirs(expr), not(negated), list.iter().map(theirs).collect::<Vec<_>>().join(", ")),
        Expr::Between { expr, negated, low, high } => format!("({} {}BETWEEN {} AND {})", theirs(expr), not(negated), theirs(low), theirs(high)),
        Expr::Like { negated, expr, pattern, .. } => format!("({} {}LIKE {})", theirs(expr), not(negated), theirs(pattern)),
        Expr::IsNull(x) => format!("({} IS NULL)", theirs(x)),
        Expr::IsNotNull(x) => format!("({} IS NOT NULL)", theirs(x)),
        Expr::Value(v) => match &v.value {
            Sql::Number(n, _) => n.clone(),
            Sql::SingleQuotedString(s) => quoted(s),
            Sql::Boolean(b) => if *b { "TRUE" } else { "FALSE" }.to_owned(),
            Sql::Null => "NULL".to_owned(),
            other => panic!("{other}"),
        },
        Expr::Case { operand: None, conditions, else_result, .. } => {
            let arms: String = conditions.iter().map(|CaseWhen { condition, result }| format!(" WHEN {} THEN {}", theirs(condition), theirs(result))).collect();
            let otherwise = else_result.as_ref().map_or(String::new(), |x| format!(" ELSE {}", theirs(x)));
            format!("(CASE{arms}{otherwise} END)")
        }
        Expr::Function(f) => {
            let FunctionArguments::List(list) = &f.args else { panic!("{f}") };
            let args: Vec<String> =
                list.args.iter().map(|a| if let FunctionArg::Unnamed(FunctionArgExpr::Expr(e)) = a { theirs(e) } else { panic!("{a}") }).collect();
            format!("{}({})", f.name, args.join(", "))
        }
        other => panic!("{other:?}"),
    }
}

fn same_tree(w: &World, text: &str, dialect: &dyn Dialect) {
    let ours = w.condition(text);
    let tree = sqlparser::parser::Parser::new(dialect).try_with_sql(text).and_then(|mut p| {
        let e = p.parse_expr()?;
        p.expect_token(&sqlparser::tokenizer::Token::EOF)?;
        Ok(e)
    });
    let tree = tree.unwrap_or_else(|e| panic!("{e}: {text}"));
    assert_eq!(ours.parenthesised(), theirs(&tree), "{text}");
}

#[test]
fn sqlparser_reads_the_same_tree_of_typical_conditions() {
    let w = World::new();
    for text in [
        "industry IN ('制造业', '汽车') AND employees >= 200 AND has_any(title, '决策者')",
        "budget BETWEEN 100000 AND 500000 OR NOT (region = '海外')",
        "events('pricing_view', '7d') >= 3 AND last_event_at >= as_of - '30d'",
        "NOT employees > 1 AND NOT region IS NULL OR title NOT LIKE '%a%' AND title IS NOT NULL",
        "employees + 1 * 2 - 3 / 4 - -employees >= 1 OR employees NOT IN (1, 2 + 3) AND employees NOT BETWEEN 1 + 1 AND 2 * 3",
        "NOT NOT consent_sms = TRUE OR employees - 1 - 2 > 0",
        "\"公司 规模\" = '大' AND CASE WHEN employees > 1 THEN 2 ELSE 3 END > 1",
        "employees + 1 IS NULL OR NOT employees * 2 BETWEEN 1 AND 2 AND title LIKE '%it''s%'",
    ] {
        same_tree(&w, text, &GenericDialect {});
        same_tree(&w, text, &SQLiteDialect {});
        same_tree(&w, w.condition(text).normal_form(), &GenericDialect {});
    }
    same_tree(&w, "[公司 规模] = '大' OR industry = 'a' AND employees <> 3", &SQLiteDialect {});
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn sqlparser_reads_the_same_tree(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
        let mut dice = Dice { bytes: &bytes, at: 0 };
        let w = World::new();
        let text = condition(&mut dice, 3).ours;
        same_tree(&w, &text, &GenericDialect {});
        let normal = w.condition(&text).normal_form().to_owned();
        same_tree(&w, &normal, &GenericDialect {});
        same_tree(&w, &normal, &SQLiteDialect {});
        let printed = w.condition(&normal);
        prop_assert_eq!(printed.normal_form(), &normal, "the normal form is its own");
    }
}
