//! What a grant allows is exactly what was agreed. Two judges that share no code say so: a policy
//! simulator in a process of its own, over every action of IAM, and the evaluator of these tests.
//! A test that needs node or python is run by its stage of `./cicd.sh test`.

mod authorization;
mod evaluator;
mod every_action;
mod generated;
mod hostile;
mod kinds;
mod lint;
mod offered;
mod port;
mod probes;
mod simulator;
mod story;
