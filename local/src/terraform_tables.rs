//! The tables of a module's README: what goes in and what comes out, as its Terraform files say it.

use std::{
    io,
    path::{Path, PathBuf},
};

use hcl::{
    Block, Body, Expression,
    expr::ObjectKey,
    format::{Format as _, Formatter},
};

use crate::{
    failure::{Explain, Failure},
    terminal::say,
};

/// One table: the blocks it is about, and how one of them becomes a row.
struct Table {
    /// The blocks' keyword.
    block: &'static str,
    /// The table stands between `<!-- marker -->` and `<!-- /marker -->`.
    marker: &'static str,
    head: &'static str,
    row: fn(&Block) -> String,
}

const TABLES: [Table; 2] = [
    Table {
        block: "variable",
        marker: "inputs",
        head: "| input | type | default | meaning |\n| --- | --- | --- | --- |\n",
        row: input,
    },
    Table {
        block: "output",
        marker: "outputs",
        head: "| output | meaning |\n| --- | --- |\n",
        row: output,
    },
];

/// Writes the tables into the README of a directory; with `check`, only says whether they are right.
pub(crate) fn write(directory: &Path, check: bool) -> Result<(), Failure> {
    let path = directory.join("README.md");
    let (unreadable, unwritable) = (cannot("read", &path), cannot("written", &path));
    let before = std::fs::read_to_string(&path).explain(unreadable, "")?;
    let blocks = blocks(directory)?;
    let after = TABLES.iter().try_fold(before.clone(), |text, table| {
        replaced(&text, table.marker, &rendered(table, &blocks))
            .ok_or_else(|| no_place(&path, table))
    })?;
    if after == before {
        say(&format!("{}: the tables are as the files say", path.display()));
    } else if check {
        return Err(stale(&path, directory));
    } else {
        std::fs::write(&path, after).explain(unwritable, "")?;
        say(&format!("{}: the tables are written", path.display()));
    }
    Ok(())
}

fn cannot(done: &str, path: &Path) -> String {
    format!("{} cannot be {done}", path.display())
}

fn no_place(path: &Path, table: &Table) -> Failure {
    let marker = table.marker;
    let what = format!("{} has no lines <!-- {marker} --> and <!-- /{marker} -->", path.display());
    Failure::new(what, "put them where the table belongs")
}

/// One line, because a pipeline shows it among many.
fn stale(readme: &Path, directory: &Path) -> Failure {
    let (readme, directory) = (readme.display(), directory.display());
    let mend = format!("target/debug/local terraform-tables {directory}");
    Failure::new(format!("the tables in {readme} are out of date: run {mend}"), "")
}

/// The blocks of all Terraform files in a directory, in the order of the files' names.
fn blocks(directory: &Path) -> Result<Vec<Block>, Failure> {
    let files = files(directory).explain(cannot("listed", directory), "")?;
    let mut blocks = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).explain(cannot("read", &path), "")?;
        let body: Body = hcl::parse(&text).explain(cannot("parsed", &path), "")?;
        blocks.extend(body.into_blocks());
    }
    Ok(blocks)
}

fn files(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "tf") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn rendered(table: &Table, blocks: &[Block]) -> String {
    let mut text = table.head.to_owned();
    for block in blocks.iter().filter(|block| block.identifier() == table.block) {
        text.push_str(&(table.row)(block));
        text.push('\n');
    }
    text
}

/// The text with the table between its markers replaced; `None` without both markers.
fn replaced(text: &str, marker: &str, table: &str) -> Option<String> {
    let (open, close) = (format!("<!-- {marker} -->\n"), format!("<!-- /{marker} -->"));
    let (before, rest) = text.split_once(&open)?;
    let (_, after) = rest.split_once(&close)?;
    Some(format!("{before}{open}\n{table}\n{close}{after}"))
}

fn input(block: &Block) -> String {
    let kind = attribute(block, "type").map(code).unwrap_or_default();
    let default = attribute(block, "default").map_or_else(|| "**required**".to_owned(), code);
    format!("| `{}` | {kind} | {default} | {} |", name(block), description(block))
}

fn output(block: &Block) -> String {
    format!("| `{}` | {} |", name(block), description(block))
}

fn name(block: &Block) -> &str {
    block.labels().first().map(hcl::BlockLabel::as_str).unwrap_or_default()
}

fn attribute<'a>(block: &'a Block, name: &str) -> Option<&'a Expression> {
    block.body().attributes().find(|attribute| attribute.key() == name).map(hcl::Attribute::expr)
}

/// What Markdown would take for markup, or for the end of a cell, is text here.
fn description(block: &Block) -> String {
    let Some(Expression::String(text)) = attribute(block, "description") else {
        return String::new();
    };
    let mut escaped = String::new();
    for character in text.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        if matches!(character, '|' | '<' | '*' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

fn code(expression: &Expression) -> String {
    format!("`{}`", short(expression))
}

/// An object's type is shown by its keys: what each of them holds is in the file.
fn short(expression: &Expression) -> String {
    if let Expression::FuncCall(call) = expression {
        let arguments: Vec<String> = call.args.iter().map(short).collect();
        return format!("{}({})", call.name, arguments.join(", "));
    }
    if let Expression::Object(object) = expression
        && !object.is_empty()
    {
        let keys: Vec<String> = object.keys().map(ObjectKey::to_string).collect();
        return format!("{{ {} }}", keys.join(", "));
    }
    formatted(expression)
}

fn formatted(expression: &Expression) -> String {
    let mut formatter = Formatter::builder().compact(true).build_vec();
    expression.format_string(&mut formatter).unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str = "# A module\n\n<!-- inputs -->\nold\n<!-- /inputs -->\n\nText between.\n\n<!-- outputs -->\n<!-- /outputs -->\n\nThe end.\n";

    fn module(files: &[(&str, &str)]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("README.md"), README).unwrap();
        for (name, text) in files {
            std::fs::write(directory.path().join(name), text).unwrap();
        }
        directory
    }

    fn readme(directory: &tempfile::TempDir) -> String {
        std::fs::read_to_string(directory.path().join("README.md")).unwrap()
    }

    fn row(variable: &str) -> String {
        let body: Body = hcl::parse(variable).unwrap();
        input(body.blocks().next().unwrap())
    }

    #[test]
    fn the_tables_stand_between_their_markers_and_the_rest_stays() {
        let directory = module(&[
            (
                "variables.tf",
                "variable \"bucket\" {\n  description = \"A bucket.\"\n  type = string\n}\n",
            ),
            (
                "outputs.tf",
                "output \"url\" {\n  description = \"An address.\"\n  value = local.url\n}\n",
            ),
        ]);
        write(directory.path(), false).unwrap();
        assert_eq!(
            readme(&directory),
            "# A module\n\n<!-- inputs -->\n\n| input | type | default | meaning |\n| --- | --- | --- | --- |\n\
             | `bucket` | `string` | **required** | A bucket. |\n\n<!-- /inputs -->\n\nText between.\n\n\
             <!-- outputs -->\n\n| output | meaning |\n| --- | --- |\n| `url` | An address. |\n\n\
             <!-- /outputs -->\n\nThe end.\n"
        );
    }

    #[test]
    fn writing_twice_changes_nothing_and_the_check_is_content() {
        let directory = module(&[("main.tf", "variable \"a\" {\n  type = list(string)\n}\n")]);
        write(directory.path(), false).unwrap();
        let once = readme(&directory);
        write(directory.path(), false).unwrap();
        assert_eq!(readme(&directory), once);
        write(directory.path(), true).unwrap();
    }

    #[test]
    fn a_stale_table_is_one_line_with_the_command_that_mends_it_and_nothing_is_written() {
        let directory = module(&[("main.tf", "variable \"a\" {\n  type = string\n}\n")]);
        let report = write(directory.path(), true).unwrap_err().report();
        let mend =
            format!("run target/debug/local terraform-tables {}", directory.path().display());
        assert!(report.ends_with(&mend) && report.lines().count() == 1, "{report}");
        assert_eq!(readme(&directory), README);
    }

    #[test]
    fn a_default_is_shown_as_it_is_written() {
        for default in ["null", "true", "365", "\"rate(1 minute)\"", "[]", "{}", "-1"] {
            let row = row(&format!("variable \"a\" {{\n  default = {default}\n}}"));
            assert_eq!(row, format!("| `a` |  | `{default}` |  |"));
        }
    }

    #[test]
    fn the_type_of_an_object_is_its_keys() {
        let text = "variable \"a\" {\n  type = list(object({\n    key = string\n    value = optional(string)\n  }))\n}";
        assert_eq!(row(text), "| `a` | `list(object({ key, value }))` | **required** |  |");
    }

    #[test]
    fn what_markdown_would_take_for_markup_is_escaped() {
        let row = row("variable \"a\" {\n  description = \"<name> | * and ?\"\n}");
        assert!(row.ends_with("| \\<name> \\| \\* and ? |"), "{row}");
    }

    #[test]
    fn variables_of_several_files_come_in_the_order_of_the_files_names() {
        let one = |name: &str| format!("variable \"{name}\" {{\n  type = string\n}}\n");
        let directory = module(&[("b.tf", &one("second")), ("a.tf", &one("first"))]);
        write(directory.path(), false).unwrap();
        let text = readme(&directory);
        assert!(text.find("`first`").unwrap() < text.find("`second`").unwrap());
    }

    #[test]
    fn a_missing_marker_is_named() {
        let directory = module(&[]);
        std::fs::write(directory.path().join("README.md"), "<!-- inputs -->\n").unwrap();
        let report = write(directory.path(), false).unwrap_err().report();
        assert!(report.contains("<!-- /inputs -->"), "{report}");
    }

    #[test]
    fn a_file_that_is_no_terraform_is_named() {
        let directory = module(&[("broken.tf", "variable \"a\" {")]);
        let report = write(directory.path(), false).unwrap_err().report();
        assert!(report.contains("broken.tf"), "{report}");
    }
}
