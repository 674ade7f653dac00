//! `project`, `extend`, `project-away` and `project-rename`: each field that leaves is an expression over
//! what enters.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use syntax::pipeline::Named;
use syntax::{Field, Name, Schema};

use super::{Operator, adopt};
use crate::expression::{Expression, Scope};
use crate::{Error, batch};

pub(super) struct Project {
    schema: SchemaRef,
    columns: Vec<Expression>,
    /// The schema of what left last.
    left: Option<SchemaRef>,
}

impl Project {
    pub(super) fn fields(made: &[Named], scope: &Scope<'_>) -> Result<Project, Error> {
        let mut columns = Vec::with_capacity(made.len());
        for Named { name, expr } in made {
            columns.push((Field::new(name.clone(), expr.ty), Expression::compile(expr, scope)?));
        }
        Ok(Project::new(columns))
    }

    /// A field that exists already keeps its place.
    pub(super) fn extend(made: &[Named], scope: &Scope<'_>) -> Result<Project, Error> {
        let mut schema = Schema { fields: scope.fields.to_vec().into(), ..Schema::default() };
        let mut columns: Vec<Expression> = (0..scope.fields.len()).map(|place| field(place, scope)).collect();
        for Named { name, expr } in made {
            let column = Expression::compile(expr, scope)?;
            schema.set(Field::new(name.clone(), expr.ty));
            match schema.position(name) {
                Some(place) if place < columns.len() => columns[place] = column,
                _ => columns.push(column),
            }
        }
        Ok(Project::new(schema.fields.into_iter().zip(columns).collect()))
    }

    pub(super) fn drop(names: &[Name], scope: &Scope<'_>) -> Project {
        let kept = (0..scope.fields.len()).filter(|place| !names.contains(&scope.fields[*place].name));
        Project::new(kept.map(|place| (scope.fields[place].clone(), field(place, scope))).collect())
    }

    pub(super) fn rename(pairs: &[(Name, Name)], scope: &Scope<'_>) -> Project {
        let renamed = |place: usize| {
            let Field { name, ty } = &scope.fields[place];
            let name = pairs.iter().find(|(old, _)| old == name).map_or(name, |(_, new)| new);
            (Field::new(name.clone(), *ty), field(place, scope))
        };
        Project::new((0..scope.fields.len()).map(renamed).collect())
    }

    /// These first, then the others as they were.
    pub(super) fn reorder(names: &[Name], scope: &Scope<'_>) -> Project {
        let place = |name: &Name| scope.fields.iter().position(|field| field.name == *name);
        let rest = (0..scope.fields.len()).filter(|place| !names.contains(&scope.fields[*place].name));
        let places = names.iter().filter_map(place).chain(rest);
        Project::new(places.map(|place| (scope.fields[place].clone(), field(place, scope))).collect())
    }

    fn new(columns: Vec<(Field, Expression)>) -> Project {
        let (fields, columns): (Vec<Field>, Vec<Expression>) = columns.into_iter().unzip();
        Project { schema: batch::arrow_schema(&fields), columns, left: None }
    }

    fn map(&self, batch: &RecordBatch) -> Result<RecordBatch, Error> {
        let columns = self.columns.iter().map(|column| column.column(batch)).collect();
        batch::formed(&self.schema, self.left.as_ref(), columns, batch.num_rows())
    }
}

impl Operator for Project {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn reads_codes(&self) -> bool {
        true
    }

    /// It holds nothing.
    fn adopt(&mut self, before: &dyn Operator) -> Result<(), Error> {
        adopt::same::<Self>(before).map(drop)
    }

    fn push(&mut self, batch: RecordBatch, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        let batch = self.map(&batch)?;
        self.left = Some(batch.schema());
        out.push(batch);
        Ok(())
    }

    fn preview(&self, pending: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Error> {
        pending.iter().map(|batch| self.map(batch)).collect()
    }
}

fn field(place: usize, scope: &Scope<'_>) -> Expression {
    Expression::field(place, scope.fields[place].ty)
}
